/** A `data:` address of text: whatever would end it or mean something else there stands in percent. */
export const dataAddress = (type: string, text: string): string =>
  `data:${type};charset=utf-8,${text.replace(LONE_SURROGATE, "\ufffd").replace(/[^!$-;=?-~]+|[%&']/gu, (run) => encodeURIComponent(run).replaceAll("'", "%27"))}`;

/** Half of a character: no address can hold it. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
