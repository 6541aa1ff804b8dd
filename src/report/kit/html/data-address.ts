/** A `data:` address that holds text. Characters with a meaning in addresses are percent-encoded. */
export const dataAddress = (type: string, text: string): string =>
  `data:${type};charset=utf-8,${text.replace(LONE_SURROGATE, "\ufffd").replace(/[^!$-;=?-~]+|[%&']/gu, (run) => encodeURIComponent(run).replaceAll("'", "%27"))}`;

/** A lone surrogate, half of a character: an address cannot hold it. */
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
