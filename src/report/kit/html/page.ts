import { adviceLines, PRESCRIBE } from "../advice.ts";
import { figureToCsv, seriesOf } from "../figure/data.ts";
import { decimateFigure } from "../figure/decimate-figure.ts";
import type { Figure } from "../figure/figure.ts";
import { type Content, jsonScript, joined, type Markup, markup, NOTHING, rawText } from "../markup.ts";
import { figureForPage } from "../svg/index.ts";
import { figureBlock } from "./chart.ts";
import { dataAddress } from "./data-address.ts";
import { termId } from "./glossary.ts";
import { createProse, type Prose } from "./prose.ts";
import type { Fact, Report, Section, Share } from "./report.ts";
import { SCRIPT } from "./script/index.ts";
import { sectionIds } from "./section-ids.ts";
import { sha256 } from "./sha256.ts";
import { STYLE } from "./style.ts";
import { tableBlock } from "./table.ts";
import { chartData } from "./tooltips.ts";

/** A page stays below 1 MB. The room that is left goes to the numbers that a reader can download. */
const MOST_BYTES = 950_000;
/** Least number of characters of one number in a list, for an estimate of its length. */
const LEAST_A_NUMBER = 4;

/**
 * Writes one self-contained page, which loads nothing. It is light or dark like the reader's screen, has one column on
 * a telephone, and can be printed.
 */
export function reportToHtml(report: Report): string {
  const figures = report.sections.flatMap(({ figure }) => (figure === undefined ? [] : [figure]));
  const drawn = new Map(figures.map((figure) => [figure, drawing(figure)]));
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

  /** A link to the text if the page has room for it; otherwise the text is not even made. */
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

/** The drawing of a figure, and its numbers for the page's script. */
const drawing = (figure: Figure): Markup =>
  markup`${figureForPage(figure)}<script type="application/json">${jsonScript(chartData(figure))}</script>`;

interface Parts {
  /** Every figure as the page shows it. */
  readonly drawn: ReadonlyMap<Figure, Markup>;
  /** Links to the numbers of figures, if they fit. */
  readonly csv: ReadonlyMap<Figure, string>;
  readonly data: string | undefined;
}

/** The content security policy: it allows only the page's own script and style, by their hashes. */
const policy = () =>
  [
    "default-src 'none'",
    `style-src 'sha256-${sha256(STYLE)}'`,
    `script-src 'sha256-${sha256(SCRIPT)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");

function page(report: Report, parts: Parts): string {
  const { title, verdict, summary, subject, facts, sections } = report;
  const prose = createProse();
  const ids = sectionIds(sections.map(({ heading }) => heading));
  const heading =
    verdict === undefined
      ? markup`<h1 class="verdict">${title}</h1>`
      : markup`<p class="kicker">evanesce</p><h1 class="verdict ${verdict.tone}">${verdict.word}</h1>`;
  const head = markup`<header>
${heading}
<p class="summary">${prose(summary)}</p>
${shareList(report.causes ?? [], "Causes", prose)}
${advice(report, prose)}
<div class="subject">${subject.map((line) => markup`<p>${prose(line)}</p>`)}</div>
</header>`;
  const body = [
    factList(facts, prose),
    joined(
      sections.map((each, i) => section(each, ids[i], parts, prose)),
      "\n",
    ),
    reproduce(report, parts, prose),
    terms(prose),
  ];
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${rawText(policy())}">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${rawText(STYLE)}</style>
</head>
<body>
<a class="skip" href="#result">To the result</a>
<div class="page">
${contents(sections, ids)}
<main id="result">
${head}
${body}
</main>
</div>
<footer><p>Written by evanesce. Everything is in this file; nothing is loaded from elsewhere.</p></footer>
<script>${rawText(SCRIPT)}</script>
</body>
</html>
`.toString();
}

/** Links to the sections; on a wide screen the list is open beside them. */
function contents(sections: readonly Section[], ids: readonly string[]): Markup {
  if (sections.length < 2) return NOTHING;
  const links = sections.map(({ heading }, i) => markup`<li><a href="#${ids[i]}">${heading}</a></li>`);
  return markup`<nav aria-label="On this page"><details><summary>On this page</summary><ol><li><a href="#result">Result</a></li>${links}<li><a href="#run-again">Run it again</a></li></ol></details></nav>`;
}

function advice(report: Report, prose: Prose): Content {
  const lines = adviceLines(report.advice);
  if (lines.length === 0) return undefined;
  const each = lines.map(({ sentence, options, isRule }) => [
    prose(sentence),
    options !== undefined && markup` <span class="options">Try: <code>${options}</code></span>`,
    isRule && markup` <span class="options">${PRESCRIBE.label} <code>${PRESCRIBE.command}</code></span>`,
  ]);
  const body = each.length === 1 ? each[0] : markup`<ol>${each.map((line) => markup`<li>${line}</li>`)}</ol>`;
  return markup`<div class="advice"><b>What to do.</b> ${body}</div>`;
}

function factList(facts: readonly Fact[], prose: Prose): Content {
  if (facts.length === 0) return undefined;
  const cells = facts.map(({ label, value, note }) => {
    const small = note !== undefined && markup`<small>${prose(note)}</small>`;
    return markup`<div><dt>${prose(label)}</dt><dd>${prose(value)}${small}</dd></div>`;
  });
  return markup`<dl class="facts">${cells}</dl>`;
}

function section(
  { heading, figure, notes = [], shares = [], table }: Section,
  id: string,
  parts: Parts,
  prose: Prose,
): Markup {
  const title = markup`<h2 id="${id}"><a class="anchor" href="#${id}" aria-label="Link to this section">#</a>${prose(heading)}</h2>`;
  const drawn = figure === undefined ? undefined : parts.drawn.get(figure);
  const body = figure !== undefined && drawn !== undefined && figureBlock(figure, drawn, parts.csv.get(figure), prose);
  const findings = notes.map(({ label, text }) => markup`<dt>${prose(label)}</dt><dd>${prose(text)}</dd>`);
  const aside = [
    findings.length > 0 && markup`<dl class="notes">${findings}</dl>`,
    shares.length > 0 && shareList(shares, undefined, prose),
  ];
  const hasAside = findings.length + shares.length > 0;
  const row =
    body === false ? aside : markup`<div class="row">${body}${hasAside && markup`<aside>${aside}</aside>`}</div>`;
  return markup`<section>${title}${row}${table !== undefined && tableBlock(table, heading, prose)}</section>`;
}

/** Shares of a whole, each with a bar and a sentence. */
function shareList(shares: readonly Share[], title: string | undefined, prose: Prose): Content {
  if (shares.length === 0) return undefined;
  const items = shares.map(({ share, sentence }) => {
    const width = Math.min(100, Math.max(0, 100 * share)).toFixed(1);
    return markup`<li><svg class="bar" viewBox="0 0 100 7" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="7" fill="var(--faint)"/><rect width="${width}" height="7" fill="var(--s0)"/></svg>${prose(sentence)}</li>`;
  });
  return markup`${title !== undefined && markup`<h2 class="minor">${title}</h2>`}<ul class="shares">${items}</ul>`;
}

/** A command line that breaks between words, but not after the hyphens of an option. */
const words = (command: string): Markup =>
  joined(
    command.split(" ").map((word) => (word.includes("-") ? markup`<span class="word">${word}</span>` : word)),
    " ",
  );

function reproduce(
  { reproduce: { command, spec, notes }, data }: Report,
  { data: address }: Parts,
  prose: Prose,
): Content {
  if (command === undefined && spec === undefined && notes.length === 0) return undefined;
  const link =
    data !== undefined &&
    (address === undefined
      ? markup`<p>The whole result is too long for this page; <code>--json</code> prints it.</p>`
      : markup`<p class="links"><a download="${data.name}" href="${address}">The whole result (JSON)</a></p>`);
  const network =
    spec !== undefined &&
    markup`<details${command === undefined && markup` open=""`}><summary>The network as a spec</summary><pre><code>${JSON.stringify(spec, null, 2)}</code></pre></details>`;
  return markup`<section><h2 id="run-again">Run it again</h2>
${command !== undefined && markup`<pre><code>${words(command)}</code></pre>`}
${network}
${notes.map((note) => markup`<p>${prose(note)}</p>`)}${link}</section>`;
}

/** Definitions of the terms that the page used. */
function terms(prose: Prose): Content {
  const used = prose.terms();
  if (used.length === 0) return undefined;
  const entries = used.map(
    (term) => markup`<div id="${termId(term)}"><dt>${term.name}</dt><dd>${term.definition}</dd></div>`,
  );
  return markup`<section><h2 id="terms">Terms</h2><dl class="terms">${entries}</dl></section>`;
}
