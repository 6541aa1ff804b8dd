/** The element with this id. @throws Error if the page has none */
export function byId<Type extends HTMLElement = HTMLElement>(id: string): Type {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`internal: no element #${id}`);
  return found as Type;
}

type Attributes = Readonly<Record<string, string | number | boolean | null>>;

/** An element with attributes and children; `null` and `false` leave an attribute out. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children);
  return made;
}

/** Sets a text only if it has changed, because the browser would lay out the paragraph again. */
export function say(where: HTMLElement, text: string): void {
  if (where.textContent !== text) where.textContent = text;
}

/** The least time between two changes of a text while a slider is dragged, in ms. */
export const TEXT_MS = 120;

/** Calls `act` once no call has come for `ms`. */
export function calmly<Arguments extends readonly unknown[]>(
  ms: number,
  act: (...values: Arguments) => void,
): (...values: Arguments) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...values), ms);
  };
}

/**
 * Calls `act` at once, and at most every `ms` while calls keep coming; the last call is never left out. Nobody reads a
 * sentence that changes 30 times a second, and each change lays the page out again.
 */
export function atMost<Arguments extends readonly unknown[]>(
  ms: number,
  act: (...values: Arguments) => void,
): (...values: Arguments) => void {
  let next: Arguments | undefined;
  let isWaiting = false;
  const go = () => {
    if (next === undefined) {
      isWaiting = false;
      return;
    }
    const values = next;
    next = undefined;
    setTimeout(go, ms);
    act(...values);
  };
  return (...values) => {
    next = values;
    if (isWaiting) return;
    isWaiting = true;
    go();
  };
}

/**
 * Draws an element whenever it is on the screen or near it. Elsewhere it is drawn only once, and again when it comes
 * near.
 */
export function whenSeen<Arguments extends readonly unknown[]>(
  place: Element,
  draw: (...values: Arguments) => void,
): (...values: Arguments) => void {
  let isSeen = true; // until the browser says otherwise
  let isDrawn = false; // a printed page also shows the first picture
  let missed: Arguments | undefined;
  new IntersectionObserver(
    (entries) => {
      isSeen = entries.at(-1)?.isIntersecting ?? true;
      if (!isSeen || missed === undefined) return;
      const values = missed;
      missed = undefined;
      draw(...values);
    },
    { rootMargin: "20px" },
  ).observe(place);
  return (...values) => {
    const now = isSeen || !isDrawn;
    missed = now ? undefined : values;
    isDrawn ||= now;
    if (now) draw(...values);
  };
}
