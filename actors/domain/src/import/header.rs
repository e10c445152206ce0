//! The names that keyword tools give their columns: Ahrefs, Semrush, Google Search Console,
//! Google Keyword Planner and our own, also in the languages they export in.

use super::Field;
use crate::text::normalize;

/// Per field the known names, best first: where two columns could be the volume, the better name
/// wins. The last names of volume are stand-ins.
const NAMES: [(Field, &[&str]); 8] = [
    (
        Field::Keyword,
        &[
            "keyword",
            "keywords",
            "kw",
            "keyphrase",
            "focus keyword",
            "search term",
            "search terms",
            "search query",
            "search queries",
            "query",
            "queries",
            "top queries",
            "phrase",
            "suchbegriff",
            "suchbegriffe",
            "suchanfrage",
            "häufigste suchanfragen",
            "schlüsselwort",
            "mot clé",
            "mots clés",
            "requête",
            "requêtes les plus fréquentes",
            "palabra clave",
            "palabras clave",
            "consultas principales",
            "parola chiave",
            "term",
        ],
    ),
    (
        Field::Volume,
        &[
            "volume",
            "search volume",
            "monthly volume",
            "monthly search volume",
            "avg. monthly searches",
            "avg monthly searches",
            "average monthly searches",
            "monthly searches",
            "searches",
            "sv",
            "msv",
            "vol",
            "vol.",
            "suchvolumen",
            "volume de recherche",
            "volumen",
            "volumen de búsqueda",
            "global volume",
            "impressions",
            "impressionen",
            "impresiones",
        ],
    ),
    (
        Field::Cpc,
        &[
            "cpc",
            "avg. cpc",
            "avg cpc",
            "average cpc",
            "cost per click",
            "suggested bid",
            "top of page bid",
        ],
    ),
    (Field::Cps, &["cps", "clicks per search"]),
    (
        Field::Difficulty,
        &[
            "kd",
            "kd %",
            "kd%",
            "keyword difficulty",
            "keyword difficulty index",
            "difficulty",
            "seo difficulty",
            "schwierigkeit",
            "difficulté",
            "dificultad",
        ],
    ),
    (
        Field::Intent,
        &[
            "intent",
            "intents",
            "search intent",
            "keyword intent",
            "keyword intents",
            "suchintention",
        ],
    ),
    (Field::Persona, &["persona", "buyer persona", "personas", "audience", "target audience"]),
    (
        Field::Country,
        &["country", "country code", "location", "market", "database", "land", "pays", "país"],
    ),
];

/// The first name of [`Field::Volume`] that is a stand-in and no volume.
const STAND_IN: [&str; 3] = ["impressions", "impressionen", "impresiones"];

/// The field a name stands for, with its rank: 0 is the best name.
pub(super) fn recognise(name: &str) -> Option<(Field, usize)> {
    let name = plain(name);
    NAMES.iter().find_map(|(field, names)| {
        names.iter().position(|known| *known == name).map(|rank| (*field, rank))
    })
}

/// Whether the name is a stand-in for the volume.
pub(super) fn is_stand_in(name: &str) -> bool {
    STAND_IN.contains(&plain(name).as_str())
}

/// The field of each column by its name; each field at most once, its best name first.
pub(super) fn assign<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Option<Field>> {
    let recognised: Vec<_> = names.map(recognise).collect();
    let mut fields = vec![None; recognised.len()];
    for (field, _) in NAMES {
        let best = recognised
            .iter()
            .enumerate()
            .filter_map(|(column, found)| found.map(|(known, rank)| (known, rank, column)))
            .filter(|(known, ..)| *known == field)
            .min_by_key(|(_, rank, column)| (*rank, *column));
        if let Some((.., column)) = best {
            fields[column] = Some(field);
        }
    }
    fields
}

/// "CPC (USD)" is "cpc", "search_volume" is "search volume", "mots-clés" is "mots clés".
fn plain(name: &str) -> String {
    let lower = normalize(&name.replace(['_', '-', '"', ':', '*'], " "));
    let cut = lower.find(" (").or_else(|| lower.find(" [")).unwrap_or(lower.len());
    lower[..cut].trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(line: &str) -> Vec<Option<Field>> {
        assign(line.split(','))
    }

    #[test]
    fn knows_the_tools() {
        use Field::*;
        assert_eq!(
            fields("#,Keyword,Country,Difficulty,Volume,CPC,CPS,Parent Keyword,Global volume"),
            [
                None,
                Some(Keyword),
                Some(Country),
                Some(Difficulty),
                Some(Volume),
                Some(Cpc),
                Some(Cps),
                None,
                None
            ]
        );
        assert_eq!(
            fields("Keyword,Intent,Volume,Trend,Keyword Difficulty,CPC (USD)"),
            [Some(Keyword), Some(Intent), Some(Volume), None, Some(Difficulty), Some(Cpc)]
        );
        assert_eq!(
            fields("Top queries,Clicks,Impressions,CTR,Position"),
            [Some(Keyword), None, Some(Volume), None, None]
        );
        assert_eq!(
            fields(
                "Keyword,Currency,Avg. monthly searches,Top of page bid (low range),Top of page bid (high range)"
            ),
            [Some(Keyword), None, Some(Volume), Some(Cpc), None]
        );
        assert_eq!(
            fields("keyword,volume,cpc,cps,kd,intent,persona,country"),
            [Keyword, Volume, Cpc, Cps, Difficulty, Intent, Persona, Country].map(Some)
        );
    }

    #[test]
    fn names_survive_their_own_normalisation() {
        for (field, names) in NAMES {
            for name in names {
                assert_eq!(recognise(name).map(|(found, _)| found), Some(field), "{name}");
            }
        }
    }

    #[test]
    fn the_real_volume_wins_over_the_stand_in() {
        assert_eq!(
            fields("query,impressions,volume"),
            [Some(Field::Keyword), None, Some(Field::Volume)]
        );
        assert!(is_stand_in("Impressions") && !is_stand_in("Volume"));
    }
}
