//! Each file of `import-corpus` with its exact outcome, and the promises for any bytes at all:
//! no panic, and each row in exactly one list.

use igny8_actors_domain::import::refusal::ImportRefused;
use igny8_actors_domain::import::row::ImportTable;
use igny8_actors_domain::import::{
    self, BYTES_MAX, ColumnMapping, Delimiter, Field, ImportOptions, ROWS_MAX, TextEncoding,
};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::PathBuf;

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/import-corpus")
}

fn import(bytes: &[u8]) -> Result<ImportTable, ImportRefused> {
    let options = ImportOptions::default();
    let preview = import::preview(bytes, &options)?;
    import::read(bytes, &preview.mapping, &options)
}

/// One line per row in the report: what was found, then each row, merge, rejection and warning.
fn report(bytes: &[u8]) -> String {
    let options = ImportOptions::default();
    let preview = match import::preview(bytes, &options) {
        Ok(preview) => preview,
        Err(refused) => return format!("{refused:?}"),
    };
    let table = match import::read(bytes, &preview.mapping, &options) {
        Ok(table) => table,
        Err(refused) => return format!("preview, then {refused:?}"),
    };
    let mut lines = vec![format!(
        "{:?} {:?} header={} rows={} {}",
        preview.encoding,
        preview.delimiter,
        preview.has_header,
        preview.rows_total,
        fields(&preview.mapping)
    )];
    for row in &table.rows {
        let f = &row.fields;
        let figures = [f.volume, f.cpc_micros, f.cps_milli, f.difficulty.map(u64::from)];
        let figures = figures.map(|figure| figure.map_or("-".to_owned(), |n| n.to_string()));
        let words = [f.intent.map(|i| format!("{i:?}")), f.persona.clone(), f.country.clone()];
        let words = words.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let text = format!("{}: {:?} {} {words}", row.row_number, row.keyword, figures.join(" "));
        lines.push(text.trim_end().to_owned());
    }
    lines.extend(table.merged.iter().map(|m| format!("{} into {}", m.row_number, m.into_row)));
    lines.extend(table.rejected.iter().map(|r| format!("{} no: {}", r.row_number, r.reason)));
    assert_eq!(preview.warnings, table.warnings[..preview.warnings.len()]);
    lines.extend(table.warnings.iter().map(|warning| format!("! {warning:?}")));
    lines.join("\n")
}

fn fields(mapping: &ColumnMapping) -> String {
    let name = |field: &Option<Field>| field.map_or("_".to_owned(), |field| format!("{field:?}"));
    mapping.columns.iter().map(name).collect::<Vec<_>>().join(",")
}

/// File, then what `report` says of it.
const EXPECTED: &[(&str, &str)] = &[
    (
        "ahrefs-utf16le.csv",
        r#"Utf16Le Tab header=true rows=2 _,Keyword,Country,Difficulty,Volume,Cpc,Cps,_
2: "cold brew" 64000 1200000 830 31 US
3: "café crème" 1200 - - - US"#,
    ),
    (
        "bare-list.txt",
        r#"Utf8 List header=false rows=6 Keyword
1: "best grinder, cheap" - - - -
2: "moka pot" - - - -
4: "chemex" - - - -
6: "5\" pitcher" - - - -
5 into 2
7 no: The keyword has no letter and no digit."#,
    ),
    ("blank.txt", r#"Empty"#),
    (
        "broken-utf8.csv",
        r#"Utf8 Comma header=true rows=2 Keyword,Volume
2: "café crème" 10 - - -
3: "crème brûlée latt�" 20 - - -
! CharactersReplaced { count: 1 }"#,
    ),
    ("empty.txt", r#"Empty"#),
    (
        "german-semicolon-1252.csv",
        r#"Windows1252 Semicolon header=true rows=2 Keyword,Volume,Cpc,Difficulty
2: "kaffeemühle manuell" 64000 1250000 - 38
3: "filterkaffee" 1300 400000 - -
! EncodingGuessed"#,
    ),
    ("header-only.csv", r#"NoRows"#),
    (
        "merged-rows.csv",
        r#"Utf8 Comma header=true rows=4 Keyword,Volume,Difficulty,Intent
2: "best coffee grinder" 300 - - 30 Commercial
5: "best coffee grinders" 50 - - 5
3 into 2
4 into 2
! UnknownIntent { rows: 1 }"#,
    ),
    (
        "no-header.csv",
        r#"Utf8 Comma header=false rows=2 Keyword,Volume,_
1: "drip coffee maker" 5400 - - -
2: "moka pot" 27100 - - -
! KeywordColumnGuessed { column: 1 }"#,
    ),
    (
        "no-mark-utf16be.txt",
        r#"Utf16Be List header=true rows=2 Keyword
2: "flat white" - - - -
3: "long black" - - - -"#,
    ),
    (
        "old-mac.csv",
        r#"Utf8 Comma header=true rows=2 Keyword,Volume
2: "moka pot" 10 - - -
3: "chemex" 20 - - -"#,
    ),
    ("pages-export.csv", r#"NoKeywordColumn { found: ["Page", "Clicks", "Impressions"] }"#),
    (
        "planner-utf16le-preamble.csv",
        r#"Utf16Le Tab header=true rows=2 Keyword,_,Volume,_,Cpc
4: "moka pot" 100 450000 - -
5: "v60 filter" 10000 - - -
! PreambleSkipped { rows: 2 }"#,
    ),
    (
        "quotes.csv",
        r#"Utf8 Comma header=true rows=3 Keyword,Volume,Persona
2: "espresso, \"ristretto\"" 90 - - - home barista, beginner
4: "5\" tamper" 40 - - -
5 no: The keyword runs over several lines. Check the quotes in this row."#,
    ),
    ("random.bin", r#"LooksBinary { kind: Unknown }"#),
    (
        "rejected-rows.csv",
        r#"Utf8 Comma header=true rows=8 Keyword,Volume,Difficulty,Country
9: "cortado" 10 - - 5 US
2 no: The keyword is missing.
3 no: This is a web address and no keyword.
4 no: The volume “many” is not a number.
5 no: The difficulty “140” is out of range.
6 no: The row has 6 cells where the file has 4 columns. Quote cells that contain the delimiter.
7 no: The keyword has 201 characters; the limit is 200.
8 no: The keyword has 21 words; the limit is 20."#,
    ),
    (
        "search-console.csv",
        r#"Utf8 Comma header=true rows=2 Keyword,_,Volume,_,_
2: "how to use a moka pot" 3400 - - -
3: "moka pot" 910 - - -
! ImpressionsAsVolume { name: "Impressions" }"#,
    ),
    (
        "semrush-bom.csv",
        r#"Utf8 Comma header=true rows=2 Keyword,Intent,Volume,Difficulty,Cpc
2: "buy espresso beans" 2900 1120000 - 45 Transactional
3: "espresso crema" 720 0 - 19 Informational"#,
    ),
    (
        "thousands.csv",
        r#"Utf8 Pipe header=true rows=4 Keyword,Volume,Cpc
2: "aeropress" 1234 1234500000 - -
3: "chemex" 1200 350000 - -
4: "v60" 1200 - - -
5: "siphon" 1100 100000 - -"#,
    ),
    ("unclosed-quote.csv", r#"UnclosedQuote { row: 3 }"#),
    (
        "unnamed-header.csv",
        r#"Utf8 Comma header=true rows=2 Keyword,_,_
2: "drip coffee" - - - -
3: "moka" - - - -
! KeywordColumnGuessed { column: 1 }"#,
    ),
    ("workbook.xlsx", r#"LooksBinary { kind: Zip }"#),
    ("wrong-columns.csv", r#"NoKeywordColumn { found: ["Date", "Clicks", "Impressions"] }"#),
    (
        "zero-bytes.csv",
        r#"Utf8 Comma header=true rows=4 Keyword,Volume
2: "latte art" 880 - - -
3: "cortado" 590 - - -
4: "flat white vs latte" 5400 - - -
5: "cappuccino" 27100 - - -
! ZeroBytesRemoved { count: 2 }"#,
    ),
];

#[test]
fn every_file_of_the_corpus_has_its_exact_outcome() {
    let mut missing = Vec::new();
    for (file, expected) in EXPECTED {
        let bytes = std::fs::read(corpus().join(file)).unwrap();
        let found = report(&bytes);
        if found != *expected {
            missing.push(format!("    (\n        \"{file}\",\n        r#\"{found}\"#,\n    ),"));
        }
    }
    assert!(missing.is_empty(), "other outcomes:\n{}", missing.join("\n"));
}

#[test]
fn every_file_of_the_corpus_is_expected() {
    let known: BTreeSet<String> = EXPECTED.iter().map(|(file, _)| (*file).to_owned()).collect();
    let found: BTreeSet<String> = std::fs::read_dir(corpus())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "README.md" && name != ".gitattributes")
        .collect();
    assert_eq!(found, known);
}

#[test]
fn the_demo_keywords_show_each_part_of_a_report() {
    let demo = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../infra/demo/keywords.csv");
    let table = import(&std::fs::read(demo).unwrap()).unwrap();
    assert_eq!((table.rows.len(), table.merged.len(), table.rejected.len()), (343, 10, 3));
}

#[test]
fn a_cell_of_a_megabyte_is_one_rejected_row() {
    let text = format!("keyword,volume\nmoka pot,10\n{},20\nchemex,30\n", "x".repeat(1_000_000));
    let table = import(text.as_bytes()).unwrap();
    assert_eq!(table.rows.iter().map(|row| row.row_number).collect::<Vec<_>>(), [2, 4]);
    assert_eq!(table.rejected.len(), 1);
    let rejected = &table.rejected[0];
    assert_eq!(rejected.reason.to_string(), "A cell has 1000000 bytes; the limit is 32767.");
    assert_eq!(rejected.excerpt.chars().count(), 120);
}

#[test]
fn the_limits_are_refused_by_name() {
    let large = vec![b'a'; BYTES_MAX + 1];
    assert_eq!(import(&large), Err(ImportRefused::TooLarge { bytes: BYTES_MAX + 1 }));
    let many = "a\n".repeat(ROWS_MAX + 1);
    assert_eq!(import(many.as_bytes()), Err(ImportRefused::TooManyRows));
    let just = import("a\n".repeat(ROWS_MAX).as_bytes()).unwrap();
    assert_eq!((just.rows.len(), just.merged.len()), (1, ROWS_MAX - 1));
}

#[test]
fn the_choices_of_the_user_win_over_detection() {
    let bytes = b"keyword;volume\nmoka, pot;100\n";
    let options = ImportOptions {
        encoding: Some(TextEncoding::Windows1252),
        delimiter: Some(Delimiter::List),
        has_header: Some(false),
    };
    let preview = import::preview(bytes, &options).unwrap();
    assert_eq!(
        (preview.delimiter, preview.has_header, preview.rows_total),
        (Delimiter::List, false, 2)
    );
    let table = import::read(bytes, &preview.mapping, &options).unwrap();
    assert_eq!(table.rows[1].keyword, "moka, pot;100");
    let nothing = ColumnMapping { columns: vec![None, Some(Field::Volume)] };
    let refused = import::read(bytes, &nothing, &ImportOptions::default()).unwrap_err();
    let found = vec!["keyword".to_owned(), "volume".to_owned()];
    assert_eq!(refused, ImportRefused::NoKeywordColumn { found });
}

#[test]
fn ten_thousand_rows_are_read_whole() {
    let mut text = String::from("Keyword,Volume,Difficulty,CPC,Intent\n");
    for index in 0..10_000 {
        text.push_str(&format!(
            "\"Keyword number {index}\",\"{}.000\",{},\"1,25\",I\n",
            index % 900 + 1,
            index % 101
        ));
    }
    let table = import(text.as_bytes()).unwrap();
    assert_eq!((table.rows.len(), table.rejected.len(), table.merged.len()), (10_000, 0, 0));
    assert_eq!(table.rows[9_999].fields.volume, Some(100_000));
}

fn each_row_is_in_one_list(bytes: &[u8]) {
    let options = ImportOptions::default();
    let Ok(preview) = import::preview(bytes, &options) else { return };
    let table = import::read(bytes, &preview.mapping, &options).expect("previewed, so readable");
    let rows = table.rows.iter().map(|row| row.row_number);
    let merged = table.merged.iter().map(|row| row.row_number);
    let rejected = table.rejected.iter().map(|row| row.row_number);
    let numbers: Vec<usize> = rows.chain(merged).chain(rejected).collect();
    assert_eq!(numbers.len(), preview.rows_total);
    assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), numbers.len());
    let keys: BTreeSet<_> = table.rows.iter().map(|row| &row.merge_key).collect();
    assert_eq!(keys.len(), table.rows.len());
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        each_row_is_in_one_list(&bytes);
    }

    #[test]
    fn random_text_never_panics(text in "[a-zé\",;|\t\r\n0-9.€%\u{200B}\u{FEFF} -]{0,300}") {
        each_row_is_in_one_list(text.as_bytes());
    }

    #[test]
    fn damaged_files_never_panic(
        file in 0..EXPECTED.len(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..12),
    ) {
        let mut bytes = std::fs::read(corpus().join(EXPECTED[file].0)).unwrap();
        for (place, byte, kind) in edits {
            if bytes.is_empty() {
                break;
            }
            let place = place.index(bytes.len());
            match kind {
                0 => bytes[place] = byte,
                1 => bytes.insert(place, byte),
                _ => { bytes.remove(place); }
            }
        }
        each_row_is_in_one_list(&bytes);
    }
}
