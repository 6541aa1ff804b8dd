/** Unusual tables of people, and the expected result of each: read, read with a note, or refused. */

/** One table. `rows(n, f)` writes n lines. */
export interface OddTable {
  readonly name: string;
  readonly file: string | Uint8Array;
  /** `sequence`: fed to a recurrent network as a series. */
  readonly kind?: "rows" | "sequence";
  readonly options?: Readonly<Record<string, unknown>>;
  /** The expected note, or nothing if the table is read without a note; or the expected error message. */
  readonly says?: readonly RegExp[];
  readonly refused?: RegExp;
  /** X and Y, if it is read. */
  readonly sizes?: readonly [inputs: number, outputs: number];
  readonly examples?: number;
}

const lines = (head: string, count: number, line: (i: number) => string) =>
  `${head}\n${Array.from({ length: count }, (_, i) => line(i)).join("\n")}\n`;
const day = (i: number) => new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10);
const two = (n: number) => String(n).padStart(2, "0");
const wave = (i: number) => Math.sin(i * 0.7).toFixed(3);
const bytes = (text: string) => new TextEncoder().encode(text);
const latin1 = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const utf16 = (text: string) =>
  new Uint8Array(new Uint16Array([0xfeff, ...Array.from(text, (c) => c.charCodeAt(0))]).buffer);

export const ODD_TABLES: readonly OddTable[] = [
  // columns without a name or a value, numbers that stand for missing cells
  {
    name: "a comma at the end of every line",
    file: lines("a,b,y,", 40, (i) => `${wave(i)},${wave(i + 1)},${i % 2},`),
    says: [/`y`, the last column, is the target/, /`column 4` has no value in any row/],
    sizes: [2, 2],
  },
  {
    name: "a table of Markdown",
    file: `| a | b | y |\n|---|---|---|\n${lines("", 40, (i) => `| ${wave(i)} | ${wave(i + 1)} | ${i % 2} |`).trim()}\n`,
    refused: /line 2, column 2 \(a\): a finite number, got "---"; .*na=---/,
  },
  {
    name: "−999 for missing cells",
    file: lines("a,b,y", 60, (i) => `${i % 20 === 0 ? -999 : i},${wave(i)},${i % 2}`),
    says: [/`a` holds -999 in 3 rows, far below its other numbers. If it marks missing cells, add na=-999/],
    sizes: [2, 2],
  },
  // targets
  {
    name: "whole prices",
    file: lines("a,b,price", 60, (i) => `${wave(i)},${wave(i + 1)},${50 + ((i * 37) % 90)}`),
    says: [/`price`: a regression, mean squared error, because it holds more than 20/],
    sizes: [2, 1],
  },
  {
    name: "ten digits",
    file: lines("a,digit", 80, (i) => `${wave(i)},${i % 10}`),
    says: [/a classification, because it holds 10 different whole numbers, each in at least 8/],
    sizes: [1, 10],
  },
  {
    name: "a class of two rows",
    file: lines("a,stars", 60, (i) => `${wave(i)},${i < 2 ? 9 : i % 4}`),
    says: [/a regression, .* its value 9 occurs in 2 rows/],
    sizes: [1, 1],
  },
  {
    name: "the same, said to be classes",
    file: lines("a,stars", 60, (i) => `${wave(i)},${i < 2 ? 9 : i % 4}`),
    options: { targetKind: "classes" },
    says: [/classification, because of target-kind=classes/],
    sizes: [1, 5],
  },
  {
    name: "words to answer",
    file: lines("a,kind", 12, (i) => `${wave(i)},${["cat", "dog", "owl"][i % 3]}`),
    says: [/classification, because it holds words/],
    sizes: [1, 3],
  },
  {
    name: "a name for every row to answer",
    file: lines("a,name", 30, (i) => `${wave(i)},person ${i}`),
    refused: /classes of which each occurs in several rows, got "name, 30 different ones in 30 rows"/,
  },
  {
    name: "ids said to be classes",
    file: lines("a,id", 40, (i) => `${wave(i)},${1000 + i}`),
    options: { targetKind: "classes" },
    refused: /classes of which each occurs in several rows/,
  },
  {
    name: "true and false to answer",
    file: lines("a,ok", 20, (i) => `${wave(i)},${i % 3 === 0 ? "True" : "False"}`),
    says: [/it holds true and false/],
    sizes: [1, 2],
  },
  {
    name: "classes written 0.0 and 1.0",
    file: lines("a,y", 20, (i) => `${wave(i)},${i % 2}.0`),
    says: [/2 different whole numbers/],
    sizes: [1, 2],
  },
  {
    name: "two targets",
    file: lines("a,y,z", 20, (i) => `${wave(i)},${wave(i + 2)},${wave(i + 3)}`),
    options: { target: "y,z" },
    says: [/Targets `y`, `z`: a regression/],
    sizes: [1, 2],
  },
  {
    name: "two targets, one of words",
    file: lines("a,y,z", 20, (i) => `${wave(i)},${wave(i)},w${i % 2}`),
    options: { target: ["y", "z"] },
    refused: /columns of numbers, if there are several, got "z, a column of words"/,
  },
  {
    name: "a target in the middle, by another case",
    file: lines("a,Survived,b", 20, (i) => `${wave(i)},${i % 2},${wave(i + 1)}`),
    options: { label: "survived" },
    sizes: [2, 2],
  },
  {
    name: "a target that is not there",
    file: lines("a,b", 9, (i) => `${i},${i}`),
    options: { target: "pirce" },
    refused: /target: a column: .*the columns are a, b/,
  },
  {
    name: "a target misspelled",
    file: lines("size,price", 9, (i) => `${i},${i * i}`),
    options: { target: "pricee" },
    refused: /did you mean price\?/,
  },
  {
    name: "a target of dates",
    file: lines("a,when", 20, (i) => `${wave(i)},${day(i)}`),
    refused: /a column of numbers or words, got "when, a column of dates"/,
  },
  {
    name: "a target without values",
    file: lines("a,b,y", 9, (i) => `${wave(i)},${i},`),
    refused: /target: a column with values/,
  },
  {
    name: "a target in some rows alone",
    file: lines("a,y", 60, (i) => `${wave(i)},${i < 20 ? "" : wave(i + 1)}`),
    options: { missing: "fill" },
    says: [/20 of 60 rows lack the target and are left out/],
    examples: 40,
  },
  { name: "one class alone", file: lines("a,y", 20, (i) => `${wave(i)},1`), says: [/Every row has the class 1/] },
  // columns that number or name the rows
  {
    name: "pandas' index",
    file: lines(",a,y", 20, (i) => `${i},${wave(i)},${i % 2}`),
    says: [/`column 1` numbers the rows, so it is left out/],
    sizes: [1, 2],
  },
  {
    name: "an id column",
    file: lines("PassengerId,a,y", 20, (i) => `${i + 1},${wave(i)},${i % 2}`),
    says: [/`PassengerId` numbers the rows/],
    sizes: [1, 2],
  },
  {
    name: "ids of letters",
    file: lines("uuid,a,y", 20, (i) => `x${i * 7}f,${wave(i)},${i % 2}`),
    says: [/`uuid` has a different value in each row/],
    sizes: [1, 2],
  },
  {
    name: "customer numbers",
    file: lines("customer_id,a,y", 20, (i) => `${(i * 7919) % 10007},${wave(i)},${i % 2}`),
    says: [/`customer_id` has a different value in each row/],
    sizes: [1, 2],
  },
  {
    name: "an id that is asked for",
    file: lines("id,a,y", 20, (i) => `${i},${wave(i)},${i % 2}`),
    options: { columns: "id,a" },
    sizes: [2, 2],
  },
  { name: "a count that is a feature", file: lines("x,y", 40, (i) => `${i},${2 * i + 1}`), sizes: [1, 1] },
  {
    name: "R's row names",
    file: lines("mpg,cyl", 12, (i) => `car ${i},${20 + i / 2},${i % 3}`),
    says: [/first field is taken as the row's name/, /has a different word in every row/],
    sizes: [1, 1],
  },
  // words
  {
    name: "words among features",
    file: lines("a,color,y", 30, (i) => `${wave(i)},${["red", "green", "blue"][i % 3]},${i % 2}`),
    says: [/`color` holds 3 different words; each becomes an input/],
    sizes: [4, 2],
  },
  {
    name: "too many words",
    file: lines("a,town,y", 60, (i) => `${wave(i)},town ${i % 25},${i % 2}`),
    says: [/`town` holds 25 different words, more than the 20/],
    sizes: [1, 2],
  },
  {
    name: "too many words, asked for",
    file: lines("a,town,y", 60, (i) => `${wave(i)},town ${i % 25},${i % 2}`),
    options: { columns: "a,town" },
    refused: /columns of at most 20 different words, got "town, which holds 25"/,
  },
  {
    name: "the same word everywhere",
    file: lines("a,unit,y", 20, (i) => `${wave(i)},kg,${i % 2}`),
    says: [/`unit` holds the word kg in every row/],
    sizes: [1, 2],
  },
  {
    name: "numbers and a category 3+",
    file: lines("a,children,y", 60, (i) => `${wave(i)},${["0", "1", "2", "3+"][i % 4]},${i % 2}`),
    says: [/`children` holds numbers and words \(3\+\), so all are read as words/],
    sizes: [5, 2],
  },
  {
    name: "a word among numbers",
    file: lines("a,b,y", 30, (i) => `${wave(i)},${i === 17 ? "oops" : i * 1.5},${i % 2}`),
    refused:
      /line 19, column 2 \(b\): a finite number, got "oops"; replace it, declare it a missing cell with na=oops, or leave the column out with drop=b/,
  },
  {
    name: "that word said to be missing",
    file: lines("a,b,y", 30, (i) => `${wave(i)},${i === 17 ? "oops" : i * 1.5},${i % 2}`),
    options: { na: "oops" },
    says: [/1 of 30 rows has a missing cell and is left out/],
    examples: 29,
  },
  {
    name: "two words among numbers, both named",
    file: lines("a,b,y", 30, (i) => `${i === 3 ? "x" : wave(i)},${i === 17 ? "oops" : i * 1.5},${i % 2}`),
    refused: /line 5, column 1 \(a\).*got "x"; .*column b has the same problem, oops in line 19/,
  },
  {
    name: "words alone",
    file: lines("class,cap,odor", 40, (i) => `${"ep"[i % 2]},${"xbs"[i % 3]},${"alnp"[i % 4]}`),
    options: { target: "class" },
    says: [/`cap` holds 3/, /`odor` holds 4/],
    sizes: [7, 2],
  },
  // missing cells
  {
    name: "few missing cells",
    file: lines("a,b,y", 100, (i) => `${i % 40 === 0 ? "" : wave(i)},${i},${i % 2}`),
    says: [/3 of 100 rows have a missing cell and are left out/],
    examples: 97,
  },
  {
    name: "a tenth of the rows with missing cells",
    file: lines("a,b,y", 100, (i) => `${i % 10 === 0 ? "" : wave(i)},${i},${i % 2}`),
    says: [/10 of 100 rows have a missing cell, filled with the column's mean/, /missing=drop leaves out/],
    examples: 100,
  },
  {
    name: "many missing cells",
    file: lines("a,b,y", 100, (i) => `${i % 4 === 0 ? "NA" : wave(i)},${i % 5 === 0 ? "?" : i},${i % 2}`),
    refused: /missing cells: at most 20 % .*got "40 of 100 rows: a 25, b 20"; use missing=fill/,
  },
  {
    name: "the same, filled",
    file: lines("a,b,y", 100, (i) => `${i % 4 === 0 ? "NA" : wave(i)},${i % 5 === 0 ? "?" : i},${i % 2}`),
    options: { missing: "fill" },
    says: [/40 of 100 rows have a missing cell, filled with the column's mean/],
    sizes: [2, 2],
    examples: 100,
  },
  {
    name: "the same, marked",
    file: lines("a,b,y", 100, (i) => `${i % 4 === 0 ? "NA" : wave(i)},${i % 5 === 0 ? "?" : i},${i % 2}`),
    options: { missing: "mask" },
    says: [/marked by an input/],
    sizes: [4, 2],
  },
  {
    name: "the same, left out",
    file: lines("a,b,y", 100, (i) => `${i % 4 === 0 ? "NA" : wave(i)},${i % 5 === 0 ? "?" : i},${i % 2}`),
    options: { missing: "drop" },
    says: [/40 of 100 rows have a missing cell and are left out/],
    examples: 60,
  },
  {
    name: "a missing cell that is not allowed",
    file: lines("a,y", 100, (i) => `${i === 50 ? "null" : wave(i)},${i % 2}`),
    options: { missing: "error" },
    refused: /line 52, column 1 \(a\): a value, because of missing=error, got "null"/,
  },
  {
    name: "an empty column",
    file: lines("a,b,y", 20, (i) => `${wave(i)},,${i % 2}`),
    says: [/`b` has no value in any row, so it is left out/],
    sizes: [1, 2],
  },
  {
    name: "missing words",
    file: lines("a,c,y", 40, (i) => `${wave(i)},${i % 4 === 0 ? "" : `w${i % 3}`},${i % 2}`),
    options: { missing: "mask" },
    sizes: [5, 2],
    examples: 40,
  },
  {
    name: "-999 said to be missing",
    file: lines("a,y", 100, (i) => `${i % 50 === 0 ? -999 : wave(i)},${i % 2}`),
    options: { na: "-999" },
    says: [/2 of 100 rows/],
    examples: 98,
  },
  {
    name: "infinity",
    file: lines("a,y", 20, (i) => `${i === 4 ? "1e999" : wave(i)},${i % 2}`),
    refused: /line 6, column 1 \(a\): a finite number, got "1e999"/,
  },
  // numbers
  {
    name: "decimal commas",
    file: lines("a;b;y", 30, (i) => `${i},5;${i % 7},25;${i % 2}`),
    says: [/`a` is read with decimal commas/],
    sizes: [2, 2],
  },
  {
    name: "decimal commas in quotes",
    file: lines("a,y", 30, (i) => `"${i},5",${i % 2}`),
    says: [/`a` is read with decimal commas/],
    sizes: [1, 2],
  },
  {
    name: "thousands, German",
    file: lines("a;y", 30, (i) => `${i + 1}.234,50;${i % 2}`),
    says: [/`a` is read with decimal commas/],
    sizes: [1, 2],
  },
  {
    name: "thousands, English",
    file: lines("a;y", 30, (i) => `"${i + 1},234.50";${i % 2}`),
    says: [/`a` is read with commas between thousands/],
    sizes: [1, 2],
  },
  {
    name: "thousands, French",
    file: lines("a;y", 30, (i) => `${i + 1} 234,5;${i % 2}`),
    says: [/decimal commas/],
    sizes: [1, 2],
  },
  { name: "thousands, Swiss", file: lines("a;y", 30, (i) => `${i + 1}'234.5;${i % 2}`), sizes: [1, 2] },
  {
    name: "1,234 in every row",
    file: lines("a;y", 30, (i) => `${i + 1},${100 + i};${i % 2}`),
    refused:
      /line 2, column 1 \(a\): a number that can be read in one way \(1,234 is 1234 or 1.234\), got "1,100"; choose decimal=/,
  },
  {
    name: "the same, said to be thousands",
    file: lines("a;y", 30, (i) => `${i + 1},${100 + i};${i % 2}`),
    options: { decimal: "." },
    says: [/commas between thousands/],
    sizes: [1, 2],
  },
  {
    name: "the same, said to be decimals",
    file: lines("a;y", 30, (i) => `${i + 1},${100 + i};${i % 2}`),
    options: { decimal: "comma" },
    says: [/decimal commas/],
    sizes: [1, 2],
  },
  {
    name: "1,234 beside 3,5",
    file: lines("a;b;y", 30, (i) => `${i + 1},${100 + i};${i},5;${i % 2}`),
    says: [/`a` is read with decimal commas/],
    sizes: [2, 2],
  },
  {
    name: "1.234 beside 3,5",
    file: lines("a;b;y", 30, (i) => `${i + 1}.${100 + i};${i},5;${i % 2}`),
    refused: /1.234 is 1.234 or, if the column has decimal commas, 1234/,
  },
  {
    name: "points and commas in one column",
    file: lines("a;y", 30, (i) => `${i === 9 ? "3,75" : `${i}.25`};${i % 2}`),
    refused: /line 11, column 1 \(a\): a number with a decimal point, as 0.25 in line 2, got "3,75"/,
  },
  {
    name: "dollars",
    file: lines("price,y", 30, (i) => `"$${i + 1},234.50",${i % 2}`),
    says: [/`price` has the unit \$ in every cell/],
    sizes: [1, 2],
  },
  {
    name: "percent",
    file: lines("share,y", 30, (i) => `${i / 2}%,${i % 2}`),
    says: [/`share` has the unit % in every cell/],
    sizes: [1, 2],
  },
  {
    name: "kilograms and grams",
    file: lines("w,y", 30, (i) => `${i + 1} ${i % 9 === 8 ? "g" : "kg"},${i % 2}`),
    refused: /line \d+, column 1 \(w\): one unit in every cell/,
  },
  { name: "true minus signs", file: lines("a,y", 30, (i) => `\u2212${i + 1}.5,${i % 2}`), sizes: [1, 2] },
  {
    name: "bookkeepers' negatives",
    file: lines("a,y", 30, (i) => `${i % 3 === 0 ? `(${i + 1}.5)` : `${i}.25`},${i % 2}`),
    sizes: [1, 2],
  },
  { name: "exponents", file: lines("a,y", 30, (i) => `${i}.5E-0${i % 9},${i % 2}`), sizes: [1, 2] },
  {
    name: "a cell of 200,000 digits",
    file: lines("a,y", 5, (i) => `${i === 2 ? "7".repeat(200_000) : i}.5,${i % 2}`),
    refused: /line 4, column 1 \(a\): a finite number, got "777/,
  },
  // dates
  {
    name: "dates, ISO",
    file: lines("day,v,y", 30, (i) => `${day(i)},${wave(i)},${i % 2}`),
    says: [/`day` becomes days since the first row/],
    sizes: [2, 2],
  },
  {
    name: "dates as cycles",
    file: lines("day,v,y", 30, (i) => `${day(i)},${wave(i)},${i % 2}`),
    options: { dates: "cyclic" },
    says: [/sine and cosine of its position in the year, the week/],
    sizes: [5, 2],
  },
  {
    name: "dates left out",
    file: lines("day,v,y", 30, (i) => `${day(i)},${wave(i)},${i % 2}`),
    options: { dates: "drop" },
    says: [/left out because of dates=drop/],
    sizes: [1, 2],
  },
  {
    name: "13/04/2020",
    file: lines("day,v,y", 30, (i) => `${two(1 + i)}/04/2020,${wave(i)},${i % 2}`),
    says: [/in the order day, month, year, the only one that fits all/],
    sizes: [2, 2],
  },
  {
    name: "04/13/2020",
    file: lines("day,v,y", 30, (i) => `04/${two(1 + i)}/2020,${wave(i)},${i % 2}`),
    says: [/in the order month, day, year/],
    sizes: [2, 2],
  },
  {
    name: "03/04/2020",
    file: lines("day,v,y", 12, (i) => `${two(1 + i)}/04/2020,${wave(i)},${i % 2}`),
    refused:
      /line 2, column 1 \(day\): a date that can be read in one way, got "01\/04\/2020"; choose date-format=dmy or date-format=mdy/,
  },
  {
    name: "the same, said to be day first",
    file: lines("day,v,y", 12, (i) => `${two(1 + i)}/04/2020,${wave(i)},${i % 2}`),
    options: { "date-format": "dd/mm/yyyy" },
    sizes: [2, 2],
  },
  {
    name: "03.04.2020",
    file: lines("day,v,y", 12, (i) => `${two(1 + i)}.04.2020,${wave(i)},${wave(i + 1)}`),
    says: [/the day is read first/],
    sizes: [2, 1],
  },
  {
    name: "both orders in one column",
    file: `${lines("day,v,y", 20, (i) => `${two(1 + i)}/04/2020,${wave(i)},${i % 2}`)}05/25/2020,1,1\n`,
    refused: /line 22, column 1 \(day\): a date in the same order as the dates before it, .*got "05\/25\/2020"/,
  },
  {
    name: "dates with times",
    file: lines("when,v,y", 30, (i) => `2020-01-01 ${two(i % 24)}:30:00,${wave(i)},${i % 2}`),
    says: [/becomes hours since the first row/],
    sizes: [2, 2],
  },
  {
    name: "names of months",
    file: lines("day,v,y", 30, (i) => `${(i % 28) + 1}-Mar-2020,${wave(i)},${i % 2}`),
    says: [/becomes days/],
    sizes: [2, 2],
  },
  {
    name: "20200131",
    file: lines("date,v,y", 30, (i) => `202001${two(1 + i)},${wave(i)},${i % 2}`),
    says: [/`date` holds days; 20200101 is 2020-01-01/],
    sizes: [2, 2],
  },
  {
    name: "seconds since 1970",
    file: lines("timestamp,v,y", 30, (i) => `${1583020800 + 60 * i},${wave(i)},${i % 2}`),
    says: [/time stamps, seconds since 1970/, /becomes minutes since the first row/],
    sizes: [2, 2],
  },
  {
    name: "milliseconds since 1970",
    file: lines("ts,v", 40, (i) => `${1583020800000 + 60000 * i},${wave(i)}`),
    kind: "sequence",
    says: [/milliseconds since 1970/],
    sizes: [2, 1],
  },
  {
    name: "large numbers that are no time",
    file: lines("revenue,y", 30, (i) => `${1500000000 + ((i * 7919) % 1000) * 1000},${i % 2}`),
    sizes: [1, 2],
  },
  {
    name: "times of day",
    file: lines("at,v,y", 30, (i) => `${two(i % 24)}:15,${wave(i)},${i % 2}`),
    says: [/hours since midnight/],
    sizes: [2, 2],
  },
  {
    name: "a date that is none",
    file: lines("day,v,y", 30, (i) => `${i === 7 ? "2020-02-31" : day(i)},${wave(i)},${i % 2}`),
    refused: /line 9, column 1 \(day\): a date, got "2020-02-31"/,
  },
  // files
  { name: "tabs", file: lines("a\tb\ty", 20, (i) => `${wave(i)}\t${i}\t${i % 2}`), sizes: [2, 2] },
  { name: "white space", file: lines("", 20, (i) => `  ${wave(i)}   ${i}  ${i % 2}`), sizes: [2, 2] },
  { name: "bars", file: lines("a|b|y", 20, (i) => `${wave(i)}|${i}|${i % 2}`), sizes: [2, 2] },
  {
    name: "quoted fields with commas and line ends",
    file: lines("a,note,y", 30, (i) => `${wave(i)},"so, ""well""\nthen${i % 2}",${i % 2}`),
    says: [/`note` holds 2 different words/],
    sizes: [3, 2],
  },
  {
    name: "comments",
    file: `# made today\n${lines("a,y", 20, (i) => `${i === 9 ? "# pause\n" : ""}${wave(i)},${i % 2}`)}`,
    sizes: [1, 2],
    examples: 20,
  },
  {
    name: "a byte order mark and CRLF",
    file: bytes(`\uFEFF${lines("a,y", 20, (i) => `${wave(i)},${i % 2}`).replaceAll("\n", "\r\n")}`),
    sizes: [1, 2],
  },
  { name: "UTF-16", file: utf16(lines("größe,y", 20, (i) => `${wave(i)},${i % 2}`)), sizes: [1, 2] },
  {
    name: "Latin-1",
    file: latin1(lines("größe,y", 20, (i) => `${wave(i)},${i % 2}`)),
    says: [/Windows-1252/],
    sizes: [1, 2],
  },
  { name: "a delimiter at the end of each row", file: lines("a,y", 20, (i) => `${wave(i)},${i % 2},`), sizes: [1, 2] },
  {
    name: "a delimiter at the end of each line",
    file: lines("a,y,", 20, (i) => `${wave(i)},${i % 2},`),
    options: { target: "y" },
    says: [/`column 3` has no value/],
    sizes: [1, 2],
  },
  {
    name: "no header",
    file: lines("0.5,1", 20, (i) => `${wave(i)},${i % 2}`),
    options: { target: 1 },
    sizes: [1, 2],
    examples: 21,
  },
  {
    name: "a sum below the table",
    file: `${lines("item,a,y", 20, (i) => `i${i % 3},${wave(i)},${i % 2}`)}Total,,\n`,
    options: { missing: "drop" },
    says: [/1 of 21 rows has a missing cell/],
  },
  {
    name: "a title above the table",
    file: `My data\n\n${lines("a,b,y", 20, (i) => `${wave(i)},${i},${i % 2}`)}`,
    refused: /line 3: 1 fields, as line 1 has, got "3 fields"/,
  },
  {
    name: "the same, skipped",
    file: `My data\n\n${lines("a,b,y", 20, (i) => `${wave(i)},${i},${i % 2}`)}`,
    options: { skip: 2 },
    sizes: [2, 2],
  },
  {
    name: "JSON lines",
    file: Array.from({ length: 20 }, (_, i) => JSON.stringify({ a: Number(wave(i)), c: `w${i % 3}`, y: i % 2 })).join(
      "\n",
    ),
    says: [/`c` holds 3/],
    sizes: [4, 2],
  },
  {
    name: "JSON lines with lists",
    file: Array.from({ length: 20 }, (_, i) => JSON.stringify({ x: [i, wave(i), i * i], y: i % 2 })).join("\n"),
    sizes: [3, 2],
  },
  {
    name: "a JSON list",
    file: JSON.stringify(Array.from({ length: 20 }, (_, i) => ({ a: i, b: i % 3 === 0, y: i % 2 }))),
    sizes: [2, 2],
  },
  {
    name: "one column alone",
    file: lines("a", 20, (i) => wave(i)),
    refused: /a target and at least one input column, got 1/,
  },
  { name: "a header alone", file: "a,b\n", refused: /at least one row of numbers, got "only a header"/ },
  { name: "a row too short", file: "a,b,y\n1,2,3\n4,5\n", refused: /line 3: 3 fields, as line 1 has, got "2 fields"/ },
  { name: "two columns of one name", file: lines("a,a,y", 20, (i) => `${wave(i)},${i},${i % 2}`), sizes: [2, 2] },
  {
    name: "two columns of the target's name",
    file: lines("a,y,y", 20, (i) => `${wave(i)},${i},${i % 2}`),
    options: { target: "y" },
    refused: /a column name that occurs once, got "y"; give its number: 1 or 2/,
  },
  // series
  {
    name: "a series and its target",
    file: lines("date,load,temp", 60, (i) => `${day(i)},${wave(i)},${wave(i + 3)}`),
    kind: "sequence",
    options: { target: "load", steps: 12, horizon: 3 },
    sizes: [3, 1],
    examples: 46,
  },
  {
    name: "windows side by side",
    file: lines("a,b", 60, (i) => `${wave(i)},${wave(i + 3)}`),
    kind: "sequence",
    options: { steps: 9, stride: 10 },
    sizes: [2, 2],
    examples: 6,
  },
  {
    name: "a class at each step",
    file: lines("x,y,activity", 60, (i) => `${wave(i)},${wave(2 * i)},${["walk", "sit"][Math.floor(i / 9) % 2]}`),
    kind: "sequence",
    options: { target: "activity", steps: 8, horizon: 0, lossAt: "every" },
    says: [/classification/],
    sizes: [2, 2],
    examples: 53,
  },
  {
    name: "a gap in a series",
    file: lines("a,b", 100, (i) => `${i === 50 ? "" : wave(i)},${wave(i + 3)}`),
    kind: "sequence",
    options: { steps: 9 },
    says: [/1 of 100 rows has a missing cell/],
    examples: 41 + 40,
  },
  {
    name: "newest first",
    file: lines("date,close", 60, (i) => `${day(60 - i)},${wave(i)}`),
    kind: "sequence",
    options: { steps: 10 },
    says: [/The rows go backward in `date`, so they are read from the last to the first/],
    sizes: [2, 1],
  },
  {
    name: "days in no order",
    file: lines("date,close", 60, (i) => `${day((i * 7) % 60)},${wave(i)}`),
    kind: "sequence",
    options: { steps: 10 },
    says: [/not in the order of `date`/],
  },
  {
    name: "a series too short",
    file: lines("a,b", 8, (i) => `${wave(i)},${i}`),
    kind: "sequence",
    options: { steps: 10 },
    refused: /at least 11 rows, for 10 steps and one more, got 8/,
  },
  {
    name: "a series of words alone",
    file: lines("a,b", 40, (i) => `${"xy"[i % 2]},${"uvw"[i % 3]}`),
    kind: "sequence",
    options: { steps: 5 },
    refused: /a column of numbers to predict, got "none"; name a target/,
  },
  {
    name: "prices in their own scale",
    file: lines("Open,Volume", 60, (i) => `${100 + i},${40_000_000 + i * 7919}`),
    kind: "sequence",
    options: { steps: 10, standardize: false },
    sizes: [2, 2],
  },
];
