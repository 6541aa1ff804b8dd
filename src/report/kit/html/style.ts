import { INK, SERIES } from "../svg/palette.ts";

const variables = (side: "light" | "dark") =>
  [
    ...Object.entries(INK[side]).map(([name, color]) => `--${name}:${color}`),
    ...SERIES.map((look, slot) => `--s${slot}:${look[side]}`),
  ].join(";");

const LIGHT = `${variables("light")};--good:#1b6e3c;--warn:#8a5a00;--panel:#f6f5f1;--sheet:#fffffb`;
const DARK = `${variables("dark")};--good:#7fd6a2;--warn:#f0c15a;--panel:#1e2125;--sheet:#16181b`;

/**
 * Text in one column of 44 rem, notes in a second one beside the figures where there is room; one color for each
 * meaning.
 */
export const STYLE = `
:root{color-scheme:light dark;${LIGHT}}
@media screen and (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--sheet);color:var(--ink);font:17px/1.5 Charter,"Bitstream Charter","Source Serif 4","Iowan Old Style",Cambria,Georgia,"Liberation Serif",serif}
main,footer{width:min(1104px,100% - 2.5rem);margin-inline:auto}
main{padding-block:clamp(1.5rem,5vw,3.5rem) 2rem}
table,.facts,.kicker,.verdict,footer,dt,summary,.links,.tip{font-family:system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans","DejaVu Sans",sans-serif}
header{max-width:46rem}
.kicker{margin:0 0 .4rem;color:var(--soft);font-size:.8rem;letter-spacing:.02em}
h1{margin:0;font-weight:650;line-height:1.15}
.verdict{font-size:clamp(1.9rem,6vw,2.9rem);letter-spacing:-.015em}
.verdict::before{content:"";display:inline-block;width:.42em;height:.42em;margin-right:.32em;border-radius:50%;background:currentColor;vertical-align:.1em}
.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}
.summary{font-size:1.2rem;line-height:1.45;margin:.7rem 0}
.advice{margin:.9rem 0 0;padding-left:.9rem;border-left:3px solid var(--s0)}
.advice b{font-weight:600}
.subject{margin:1rem 0 0;color:var(--soft);font-size:.95rem}
.subject p{margin:0}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(7.6rem,1fr));gap:1rem 1.5rem;margin:2rem 0 0;padding:1rem 0;border-block:1px solid var(--faint)}
.facts dt{color:var(--soft);font-size:.78rem}
.facts dd{margin:0;font-size:1.35rem;font-variant-numeric:tabular-nums lining-nums;line-height:1.25}
.facts small{display:block;color:var(--soft);font-size:.78rem;line-height:1.35}
section{margin-top:3rem}
h2{margin:0 0 .6rem;font-size:1.25rem;font-weight:600;line-height:1.25}
.row{display:grid;grid-template-columns:minmax(0,1fr);gap:1rem 2.5rem}
@media(min-width:1100px){.row{grid-template-columns:720px minmax(0,1fr)}.row>aside{padding-top:1.6rem}}
figure{margin:0;position:relative;max-width:720px}
sub,sup{line-height:0;font-size:.75em}
figure svg{font-family:Helvetica,Arial,"Liberation Sans","DejaVu Sans",sans-serif;display:block;max-width:100%;height:auto;overflow:visible}
figure .narrow{display:none}
@media screen and (max-width:640px){figure .narrow{display:block;width:100%}figure .wide{display:none}}
figcaption{margin-top:.5rem;color:var(--soft);font-size:.9rem;line-height:1.45}
.links{margin:.25rem 0 0;font-size:.78rem}
.links a{margin-right:.9rem}
a{color:var(--s0);text-underline-offset:.15em}
aside{max-width:720px;font-size:.92rem;line-height:1.45}
aside dl{margin:0}
dt{font-size:.78rem;color:var(--soft);margin-top:.55rem}
dd{margin:0;overflow-wrap:anywhere}
.shares{list-style:none;margin:0;padding:0}
.shares li{margin:0 0 .8rem}
.shares i{display:block;height:7px;margin-bottom:.3rem;border-radius:1px;background:linear-gradient(var(--s0),var(--s0)) 0/var(--share) 100% no-repeat var(--faint);print-color-adjust:exact;-webkit-print-color-adjust:exact}
.scroll{overflow-x:auto;max-width:100%;background:linear-gradient(90deg,var(--sheet) 30%,transparent) 0 0/2rem 100% no-repeat local,linear-gradient(270deg,var(--sheet) 30%,transparent) 100% 0/2rem 100% no-repeat local,linear-gradient(90deg,var(--faint),transparent) 0 0/.6rem 100% no-repeat,linear-gradient(270deg,var(--faint),transparent) 100% 0/.6rem 100% no-repeat}.row+.scroll{margin-top:1rem}code{font:.9em ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace}pre code{font-size:1em}
table{border-collapse:collapse;font-size:.82rem;font-variant-numeric:tabular-nums lining-nums}
caption{text-align:left;color:var(--soft);padding-bottom:.4rem}
th{font-weight:500;color:var(--soft);text-align:right;border-bottom:1px solid var(--soft);padding:.25rem .8rem;white-space:nowrap}
td{text-align:right;border-bottom:1px solid var(--faint);padding:.22rem .8rem;white-space:nowrap}
th.text,td.text{text-align:left}td.text{white-space:normal;max-width:26rem}td.text+td.text{min-width:min(11rem,24vw)}
th:first-child,td:first-child{padding-left:0}th:last-child,td:last-child{padding-right:0}
details{margin:.6rem 0}
summary{cursor:pointer;font-size:.85rem;color:var(--soft)}
pre{margin:.4rem 0 1rem;padding:.7rem .9rem;background:var(--panel);font:.8rem/1.45 ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace;white-space:pre-wrap;overflow-wrap:anywhere}.word{display:inline-block;max-width:100%}
.tip{position:absolute;z-index:1;pointer-events:none;padding:.35rem .55rem;border:1px solid var(--faint);background:var(--ground);color:var(--ink);font-size:.76rem;line-height:1.4;font-variant-numeric:tabular-nums;white-space:nowrap;box-shadow:0 1px 5px rgb(0 0 0/.15)}
.tip b{font-weight:600}.tip span::before{content:"";display:inline-block;width:.6em;height:.6em;margin-right:.4em;background:var(--c)}.tip span{display:block}
.cross{position:absolute;width:1px;background:var(--soft);pointer-events:none;opacity:.6}
footer{padding:0 0 3rem;color:var(--soft);font-size:.78rem}
footer p{border-top:1px solid var(--faint);padding-top:.8rem;margin:1rem 0 0}
@media(max-width:640px){body{font-size:16px}th,td{padding-inline:.45rem}main,footer{width:calc(100% - 1.75rem)}section{margin-top:2.3rem}.summary{font-size:1.08rem}.facts{grid-template-columns:repeat(2,minmax(0,1fr));gap:.8rem 1rem}.facts dd{font-size:1.15rem}}
@media print{@page{margin:16mm}body{font-size:10.5pt;background:#fff}main,footer{width:100%;padding:0}section{margin-top:1.6rem}figure,.facts,.shares li,dl>div,tr,pre{break-inside:avoid}h2,dt,caption,summary{break-after:avoid}h2{margin-bottom:.3rem}figure{max-width:620px}table{font-size:7.5pt}.verdict::before{print-color-adjust:exact;-webkit-print-color-adjust:exact}.links,.tip,.cross{display:none}pre{border:1px solid var(--faint)}.row{display:block}.facts{margin-top:1.2rem;grid-template-columns:repeat(auto-fit,minmax(6.2rem,1fr))}}
`;
