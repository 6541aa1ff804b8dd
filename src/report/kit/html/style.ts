import { INK, SERIES } from "../svg/palette.ts";

const variables = (side: "light" | "dark") =>
  [
    ...Object.entries(INK[side]).map(([name, color]) => `--${name}:${color}`),
    ...SERIES.map((look, slot) => `--s${slot}:${look[side]}`),
  ].join(";");

const LIGHT = `${variables("light")};--panel:#f6f5f1;--sheet:#fffffb;--link:#005a8f`;
const DARK = `${variables("dark")};--panel:#1e2125;--sheet:#16181b;--link:#7cc4f2`;

const SANS = `system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans","DejaVu Sans",sans-serif`;
const MONO = `ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace`;

/** Text, head and tables: one column of text, one color for each meaning. */
const TEXT = `
:root{color-scheme:light dark;${LIGHT}}
@media screen and (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;background:var(--sheet);color:var(--ink);font:17px/1.5 Charter,"Bitstream Charter","Source Serif 4","Iowan Old Style",Cambria,Georgia,"Liberation Serif",serif}
nav,table,.facts,.kicker,.verdict,footer,dt,summary,.links,.tip,.head,.tools button{font-family:${SANS}}
a{color:var(--link);text-underline-offset:.15em}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-99rem;background:var(--ground);padding:.5rem 1rem;z-index:3}
.skip:focus{left:1rem;top:.5rem}
.spoken{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
header{max-width:46rem}
.kicker{margin:0 0 .4rem;color:var(--soft);font-size:.8rem;letter-spacing:.02em}
h1{margin:0;font-weight:650;line-height:1.15;overflow-wrap:anywhere}
.verdict{font-size:clamp(1.9rem,6vw,2.9rem);letter-spacing:-.015em}
.verdict::before{content:"";display:inline-block;width:.42em;height:.42em;margin-right:.32em;border-radius:50%;background:currentColor;vertical-align:.1em}
.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}
.summary{font-size:1.2rem;line-height:1.45;margin:.7rem 0}
.advice{margin:1rem 0 0;padding-left:.9rem;border-left:3px solid var(--s0)}
.advice b{font-weight:600}.advice ol{margin:.2rem 0 0;padding-left:1.3rem}
.options{display:block;font-size:.92rem;color:var(--soft)}.options code{color:var(--ink);background:var(--panel);padding:.1em .35em}
.subject{margin:1rem 0 0;color:var(--soft);font-size:.95rem;overflow-wrap:anywhere}
.subject p{margin:0}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.6rem,1fr));gap:1rem 1.5rem;margin:2rem 0 0;padding:1rem 0;border-block:1px solid var(--faint)}
.facts dt{color:var(--soft);font-size:.78rem}
.facts dd{margin:0;font-size:1.35rem;font-variant-numeric:tabular-nums lining-nums;line-height:1.25;overflow-wrap:anywhere}
.facts small{display:block;color:var(--soft);font-size:.78rem;line-height:1.35}
h2{margin:0 0 .6rem;font-size:1.25rem;font-weight:600;line-height:1.25;overflow-wrap:anywhere;position:relative}
h2.minor{font-size:1rem;margin:1.1rem 0 .4rem}
.anchor{position:absolute;left:-1.1em;padding-right:.4em;color:var(--soft);text-decoration:none;opacity:0;font-weight:400}
h2:hover .anchor,.anchor:focus-visible{opacity:1}
sub,sup{line-height:0;font-size:.75em}
code{font:.9em ${MONO};overflow-wrap:anywhere}pre code{font-size:1em}
pre{margin:.4rem 0 1rem;padding:.7rem .9rem;background:var(--panel);font:.8rem/1.45 ${MONO};white-space:pre-wrap;overflow-wrap:anywhere}
.word{display:inline-block;max-width:100%}
dt{font-size:.78rem;color:var(--soft);margin-top:.55rem}
dd{margin:0;overflow-wrap:anywhere}
.shares{list-style:none;margin:0;padding:0}
.shares li{margin:0 0 .8rem}
.bar{display:block;width:100%;height:7px;margin-bottom:.3rem;print-color-adjust:exact;-webkit-print-color-adjust:exact}
details{margin:.6rem 0}
summary{cursor:pointer;font-size:.85rem;color:var(--soft)}
.scroll{overflow-x:auto;max-width:100%;margin-top:1rem}
table{border-collapse:collapse;font-size:.82rem;font-variant-numeric:tabular-nums lining-nums}
tr:target{background:var(--faint)}
caption{text-align:left;color:var(--soft);padding-bottom:.4rem}
th{font-weight:500;color:var(--soft);text-align:right;border-bottom:1px solid var(--soft);padding:.25rem .8rem;white-space:nowrap;vertical-align:bottom}
td{text-align:right;border-bottom:1px solid var(--faint);padding:.22rem .8rem;white-space:nowrap;vertical-align:top}
th.text,td.text{text-align:left}td.text{white-space:normal;max-width:30rem;overflow-wrap:anywhere}td.text+td.text{min-width:min(11rem,24vw)}
th:first-child,td:first-child{padding-left:0}th:last-child,td:last-child{padding-right:0}
.terms{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(22rem,100%),1fr));gap:.4rem 2rem;margin:0;font-size:.92rem}
.terms div:target{background:var(--panel)}
footer{padding:0 0 3rem;color:var(--soft);font-size:.78rem}
footer p{border-top:1px solid var(--faint);padding-top:.8rem;margin:1rem 0 0}
`;

/** Terms with their definitions: beside the word, on a telephone at the foot of the screen. */
const TERMS = `
.term{color:inherit;text-decoration:underline dotted var(--soft);text-decoration-thickness:1px;position:relative}
.term:hover::after,.term:focus-visible::after{content:attr(data-definition);position:absolute;z-index:2;left:0;top:1.5em;width:max-content;max-width:18rem;padding:.45rem .65rem;border:1px solid var(--faint);background:var(--ground);color:var(--ink);font:400 .8rem/1.4 ${SANS};letter-spacing:0;white-space:normal;text-align:left;box-shadow:0 1px 5px rgb(0 0 0/.15);pointer-events:none}
aside .term:hover::after,aside .term:focus-visible::after{left:auto;right:0}
@media(max-width:640px){.term:hover::after,.term:focus-visible::after,aside .term:hover::after,aside .term:focus-visible::after{position:fixed;left:1rem;right:1rem;top:auto;bottom:1rem;width:auto;max-width:none}}
`;

/** The page's columns: contents, figures, notes. */
const COLUMNS = `
.page,footer{width:min(1560px,100% - 2.5rem);margin-inline:auto}
main{padding-block:clamp(1.5rem,5vw,3.5rem) 2rem;min-width:0}
nav{padding-top:1rem;font-size:.85rem}
nav ol{list-style:none;margin:.3rem 0 0;padding:0;columns:2;column-gap:1.5rem}
nav li{margin:0 0 .35rem;line-height:1.3;break-inside:avoid;overflow-wrap:anywhere}
nav a{color:var(--soft);text-decoration:none}nav a:hover{color:var(--ink);text-decoration:underline}
section{margin-top:3rem}
.row{display:grid;grid-template-columns:minmax(0,1fr);gap:1rem 2.5rem}
aside{font-size:.92rem;line-height:1.45;max-width:46rem}
aside dl{margin:0}
.notes dt:first-child{margin-top:0}
@media(min-width:1000px){.row{grid-template-columns:minmax(0,1fr) 17rem}.row>figure:only-child{grid-column:1/-1}.row>aside{padding-top:1.6rem}}
@media(min-width:1280px){.page{display:grid;grid-template-columns:11rem minmax(0,1fr);gap:3rem}nav{position:sticky;top:0;max-height:100vh;overflow-y:auto;align-self:start;padding-top:clamp(1.5rem,5vw,3.5rem)}nav ol{columns:1}}
@media(max-width:640px){body{font-size:16px}th,td{padding-inline:.45rem}.page,footer{width:calc(100% - 1.75rem)}section{margin-top:2.3rem}.summary{font-size:1.08rem}.facts{grid-template-columns:repeat(2,minmax(0,1fr));gap:.8rem 1rem}.facts dd{font-size:1.15rem}
table.cards,table.cards tbody,table.cards tr{display:block;width:100%}table.cards thead{display:none}table.cards tr{border-bottom:1px solid var(--soft);padding:.4rem 0}table.cards td,table.cards td.text{display:flow-root;border:0;padding:.12rem 0;white-space:normal;max-width:none;text-align:right}table.cards td:empty{display:none}table.cards td::before{content:attr(data-head);color:var(--soft);text-align:left;float:left;max-width:45%;margin-right:1rem}table.cards td:first-child{font-weight:600}}
`;

/** Figures, and what the page's script adds to them. */
const FIGURES = `
figure{margin:0;min-width:0}
.head{position:relative;display:flex;flex-wrap:wrap;align-items:baseline;gap:.2rem 1.2rem;font-size:.76rem;padding-right:11rem;min-height:1.7rem}
.quantity{margin:0}
.scale{font-family:${SANS};max-width:100%;height:auto;margin-left:auto}
.legend{display:flex;flex-wrap:wrap;gap:.15rem .9rem;list-style:none;margin:0;padding:0;flex-basis:100%}
.legend li{display:flex;align-items:center}
.legend li>svg,.legend button>svg{flex:none;margin-right:.4rem}
.legend button{display:inline-flex;align-items:center;font:inherit;color:inherit;background:none;border:0;padding:.2rem .1rem;cursor:pointer;text-align:left}
.legend button[aria-pressed=false]{color:var(--soft);text-decoration:line-through}
.legend button[aria-pressed=false]>svg{opacity:.3}
.tools{position:absolute;right:0;top:0;display:flex;gap:.25rem}
.tools button{font-size:.74rem;line-height:1;color:var(--ink);background:var(--panel);border:1px solid var(--faint);padding:.35rem .5rem;min-width:1.7rem;cursor:pointer}
.tools button:disabled{color:var(--soft);cursor:default}
.tools button[aria-pressed=false]{background:none;text-decoration:line-through}
.chart{position:relative}
.chart>svg{font-family:${SANS};display:block;width:100%;height:auto;touch-action:pan-y pinch-zoom;overflow:visible}
.chart .outside,.chart .off{display:none}
.chart .small .label{display:none}
.chart .unsmoothed .smoothed{display:none}.chart .unsmoothed .raw{stroke-opacity:1}
figcaption{margin-top:.5rem;color:var(--soft);font-size:.9rem;line-height:1.45;max-width:46rem}
.links{margin:.25rem 0 0;font-size:.78rem}
.links a{margin-right:.9rem}
.tip{position:absolute;z-index:1;pointer-events:none;padding:.35rem .55rem;border:1px solid var(--faint);background:var(--ground);color:var(--ink);font-size:.76rem;line-height:1.4;font-variant-numeric:tabular-nums;white-space:nowrap;max-width:100%;overflow:hidden;text-overflow:ellipsis;box-shadow:0 1px 5px rgb(0 0 0/.15)}
.tip b{font-weight:600}.tip span::before{content:"";display:inline-block;width:.6em;height:.6em;margin-right:.4em;background:var(--c)}.tip span{display:block}
.cross{position:absolute;width:1px;background:var(--soft);pointer-events:none;opacity:.6}
.cell{margin:.6rem 0;padding:.7rem .9rem;border:1px solid var(--faint);background:var(--panel);font-family:${SANS};font-size:.8rem}
.cell h3{margin:0 0 .4rem;font-size:.86rem}.cell dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:.3rem 1rem;margin:0}.cell dt{color:var(--soft)}.cell dd{margin:0;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}.cell svg{display:block;width:100%;max-width:26rem;margin-top:.5rem}.cell p{margin:.3rem 0 0}.cell .range{color:var(--soft)}.cell pre{margin:.2rem 0 0;white-space:pre-wrap;overflow-wrap:anywhere}
.selection{position:absolute;background:var(--s0);opacity:.18;pointer-events:none}
`;

const PRINT = `
@media print{@page{margin:16mm}body{font-size:10.5pt;background:#fff}.page,footer{display:block;width:100%;padding:0}main{padding:0}nav,.skip,.tools,.anchor{display:none}.head{padding-right:0}section{margin-top:1.6rem}figure,.facts,.shares li,dl>div,tr,pre{break-inside:avoid}h2,dt,caption,summary{break-after:avoid}h2{margin-bottom:.3rem}figure{max-width:620px}table{font-size:7.5pt}.verdict::before{print-color-adjust:exact;-webkit-print-color-adjust:exact}.links,.tip,.cross{display:none}pre{border:1px solid var(--faint)}.row{display:block}.facts{margin-top:1.2rem;grid-template-columns:repeat(auto-fit,minmax(6.2rem,1fr))}}
`;

/** The style of every page. */
export const STYLE = TEXT + TERMS + COLUMNS + FIGURES + PRINT;
