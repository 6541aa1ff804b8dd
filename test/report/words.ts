/** A page's text with the words of its command lines run together again: each stands in an element of its own, so that it does not break. */
export const unbroken = (page: string): string => page.replace(/<span class="word">(.*?)<\/span>/g, "$1");
