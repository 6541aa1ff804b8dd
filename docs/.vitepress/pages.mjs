/** Pages of the guide, in the order of the sidebar: title and file. */
export const PAGES = {
  Begin: [
    ["Start", "index"],
    ["Which command answers which question", "questions"],
    ["Reading a report", "reading"],
    ["Playground", "playground"],
    ["Frequent questions", "faq"],
  ],
  Measure: [
    ["Recurrent networks", "recurrent"],
    ["Deep networks", "deep"],
    ["Your model", "models"],
    ["Your data", "data"],
    ["Theory", "theory"],
    ["Sweeps and phase maps", "sweeps"],
  ],
  Mend: [
    ["Prescribe", "prescribe"],
    ["Training", "training"],
    ["Monitor a run elsewhere", "monitor"],
  ],
  Program: [
    ["Command line", "command-line"],
    ["Library", "library"],
    ["Embedding", "embedding"],
    ["File formats", "file-formats"],
    ["Record format", "record-format"],
  ],
  Evidence: [
    ["Numbers and definitions", "numbers"],
    ["Claims", "claims"],
    ["How often it is wrong", "calibration"],
    ["Speed", "speed"],
  ],
  Contribute: [
    ["Architecture", "architecture"],
    ["Extending", "extending"],
    ["Glossary", "glossary"],
  ],
};
