/** The text of a page with its command lines joined, because each of their words is in a separate element. */
export const unbroken = (page: string): string => page.replace(/<span class="word">(.*?)<\/span>/g, "$1");
