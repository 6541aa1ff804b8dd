import { figureToCsv, seriesOf } from "../figure/data.ts";
import type { Figure } from "../figure/figure.ts";
import { figureToSvg, NARROW } from "../svg/index.ts";
import { decimateFigure } from "../figure/decimate-figure.ts";
import { dataAddress, html, jsonScript, prose } from "./markup.ts";
import type { Fact, Report, Section, Share, Table } from "./report.ts";
import { SCRIPT } from "./script.ts";
import { STYLE } from "./style.ts";
import { tipsOf } from "./tooltips.ts";

/** A page is below 1 MB whatever it shows: what is left of this goes to the numbers to take along. */
const MOST_BYTES = 950_000;
/** Digits, sign, point and comma of a number written out: fewer there are never many. */
const LEAST_A_NUMBER = 4;
/** A table longer than this is folded. */
const LONG = 12;

/**
 * One self-contained page: no address in it leads anywhere, everything is inside. Light and dark as the reader's
 * screen, one column on a telephone, and made to be printed.
 */
export function reportToHtml(report: Report): string {
  const figures = report.sections.flatMap(({ figure }) => (figure === undefined ? [] : [figure]));
  const drawn = new Map(figures.map((figure) => [figure, drawings(figure)]));
  const { data } = report;
  let room = MOST_BYTES - bytes(page(report, { drawn, csv: new Map(), data: undefined }));
  const address = data === undefined ? undefined : fitting(data.length, data.text, "application/json");
  const csv = new Map<Figure, string>();
  for (const figure of figures) {
    const link =
      fitting(lengthOf(figure), () => figureToCsv(figure, 7), "text/csv") ??
      fitting(0, () => figureToCsv(decimateFigure(figure), 6), "text/csv");
    if (link !== undefined) csv.set(figure, link);
  }
  return page(report, { drawn, csv, data: address });

  /** The text as a link where there is room; nothing is written out that cannot fit. */
  function fitting(numbers: number, text: () => string, type: string): string | undefined {
    if (numbers * LEAST_A_NUMBER > room) return undefined;
    const link = dataAddress(type, text());
    if (link.length > room) return undefined;
    room -= link.length;
    return link;
  }
}

const bytes = (text: string) => new TextEncoder().encode(text).length;

const lengthOf = (figure: Figure) => seriesOf(figure).reduce((sum, { y }) => sum + y.length, 0);

interface Parts {
  /** Every figure as the page shows it. */
  readonly drawn: ReadonlyMap<Figure, string>;
  /** Links to numbers, where they fit. */
  readonly csv: ReadonlyMap<Figure, string>;
  readonly data: string | undefined;
}

function page(report: Report, parts: Parts): string {
  const { title, verdict, summary, advice, subject, facts, sections } = report;
  const heading =
    verdict === undefined
      ? `<h1 class="verdict">${html(title)}</h1>`
      : `<p class="kicker">evanesce</p><h1 class="verdict ${verdict.tone}">${html(verdict.word)}</h1>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<title>${html(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
${heading}
<p class="summary">${prose(summary)}</p>
<div class="subject">${subject.map((line) => `<p>${prose(line)}</p>`).join("")}</div>
${advice === undefined ? "" : `<p class="advice"><b>What to do.</b> ${prose(advice)}</p>`}
</header>
${factList(facts)}
${sections.map((each) => section(each, parts)).join("\n")}
${reproduce(report, parts)}
</main>
<footer><p>Written by evanesce. Everything is in this file; nothing is loaded from elsewhere.</p></footer>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function factList(facts: readonly Fact[]): string {
  if (facts.length === 0) return "";
  const cells = facts.map(({ label, value, note }) => {
    const small = note === undefined ? "" : `<small>${prose(note)}</small>`;
    return `<div><dt>${html(label)}</dt><dd>${prose(value)}${small}</dd></div>`;
  });
  return `<dl class="facts">${cells.join("")}</dl>`;
}

function section({ heading, figure, notes = [], shares = [], table }: Section, parts: Parts): string {
  const findings = notes.map(({ label, text }) => `<dt>${prose(label)}</dt><dd>${prose(text)}</dd>`).join("");
  const aside = [findings === "" ? "" : `<dl>${findings}</dl>`, shareList(shares)].join("");
  const body = figure === undefined ? "" : figureBlock(figure, parts);
  const row =
    figure === undefined ? aside : `<div class="row">${body}${aside === "" ? "" : `<aside>${aside}</aside>`}</div>`;
  return `<section><h2>${prose(heading)}</h2>${row}${table === undefined ? "" : tableBlock(table)}</section>`;
}

/** A figure for a wide screen and for a narrow one, and what a pointer over it says. */
function drawings(figure: Figure): string {
  const tips = tipsOf(figure);
  return [
    `<div class="wide">${figureToSvg(figure, { inPage: true })}</div>`,
    `<div class="narrow">${figureToSvg(figure, { inPage: true, size: NARROW, suffix: "-narrow" })}</div>`,
    tips === undefined ? "" : `<script type="application/json">${jsonScript(tips)}</script>`,
  ].join("");
}

function figureBlock(figure: Figure, { drawn, csv }: Parts): string {
  const address = csv.get(figure);
  const link =
    address === undefined
      ? ""
      : `<p class="links"><a download="${figure.id}.csv" href="${address}">Numbers of this figure (CSV)</a></p>`;
  return `<figure id="${figure.id}">${drawn.get(figure)}<figcaption>${prose(figure.caption)}${link}</figcaption></figure>`;
}

function shareList(shares: readonly Share[]): string {
  if (shares.length === 0) return "";
  const items = shares.map(
    ({ share, sentence }) =>
      `<li><i style="--share:${(100 * share).toFixed(1)}%" role="presentation"></i>${prose(sentence)}</li>`,
  );
  return `<ul class="shares">${items.join("")}</ul>`;
}

function tableBlock({ caption, heads, rows, text, sentences = [] }: Table): string {
  const kind = (column: number) => (text.includes(column) ? ' class="text"' : "");
  const isName = (column: number) => text.includes(column) && !sentences.includes(column);
  const head = heads.map((each, i) => `<th scope="col"${kind(i)}>${prose(each)}</th>`).join("");
  const body = rows
    .map(
      (cells) =>
        `<tr>${cells.map((cell, i) => `<td${kind(i)}>${isName(i) ? html(cell) : prose(cell)}</td>`).join("")}</tr>`,
    )
    .join("");
  const title = caption === undefined ? "" : `<caption>${prose(caption)}</caption>`;
  const table = `<div class="scroll" tabindex="0"><table>${title}<thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
  return rows.length > LONG ? `<details><summary>All ${rows.length} rows</summary>${table}</details>` : table;
}

/** A command line that breaks between its words, not behind the hyphens of an option. */
const words = (command: string) =>
  command
    .split(" ")
    .map((word) => (word.includes("-") ? `<span class="word">${html(word)}</span>` : html(word)))
    .join(" ");

function reproduce({ reproduce: { command, spec, notes }, data }: Report, { data: address }: Parts): string {
  if (command === undefined && spec === undefined && notes.length === 0) return "";
  const link =
    data === undefined
      ? ""
      : address === undefined
        ? `<p>The whole result is too long for this page; <code>--json</code> prints it.</p>`
        : `<p class="links"><a download="${html(data.name)}" href="${address}">The whole result (JSON)</a></p>`;
  return `<section><h2>The same again</h2>
${command === undefined ? "" : `<pre><code>${words(command)}</code></pre>`}
${spec === undefined ? "" : `<details${command === undefined ? " open" : ""}><summary>The network as a spec</summary><pre><code>${html(JSON.stringify(spec, null, 2))}</code></pre></details>`}
${notes.map((note) => `<p>${prose(note)}</p>`).join("")}${link}</section>`;
}
