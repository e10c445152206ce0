//! Names that are safe in a path: no separators, no dots at the front, bounded.

/// Letters of a folder's name: long enough for a title, short enough for a screen.
const SLUG_CHARS_MAX: usize = 80;
/// Bytes of a name: file systems stop at 255, and a counter must still fit.
const NAME_BYTES_MAX: usize = 200;

/// A folder's name from a slug or title: lower-case letters and digits joined by dashes. Never
/// empty, and never a path: dots and slashes do not survive.
pub(crate) fn slug(wanted: &str, title: &str) -> String {
    [wanted, title]
        .into_iter()
        .map(slug_of)
        .find(|slug| !slug.is_empty())
        .unwrap_or_else(|| "post".to_owned())
}

fn slug_of(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let joined = words.map(str::to_lowercase).collect::<Vec<_>>().join("-");
    // Lower case can bring combining marks (İ); they are dropped with the rest.
    let kept: String = joined.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect();
    bounded(&kept.chars().take(SLUG_CHARS_MAX).collect::<String>()).trim_matches('-').to_owned()
}

/// True for names that [`slug`] can give, with or without a counter.
pub(crate) fn is_slug(name: &str) -> bool {
    !name.is_empty() && name.len() <= 255 && name.chars().all(|c| c.is_alphanumeric() || c == '-')
}

/// A file's name: letters, digits, dash, underscore and inner dots. Never empty, never hidden.
pub(crate) fn file_name(wanted: &str) -> String {
    let base = wanted.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let kept: String = base.chars().map(|c| if is_kept(c) { c } else { '-' }).collect();
    let trimmed = kept.trim_matches(['.', '-']);
    if trimmed.is_empty() { "image".to_owned() } else { with_bounded_stem(trimmed) }
}

/// The name, then the name with a counter before its extension, without end.
pub(crate) fn candidates(name: &str) -> impl Iterator<Item = String> + use<> {
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) => (stem.to_owned(), format!(".{extension}")),
        None => (name.to_owned(), String::new()),
    };
    let numbered = (2_u64..).map(move |number| format!("{stem}-{number}{extension}"));
    std::iter::once(name.to_owned()).chain(numbered)
}

fn with_bounded_stem(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) if extension.len() < 12 => format!("{}.{extension}", bounded(stem)),
        _ => bounded(name).to_owned(),
    }
}

fn bounded(name: &str) -> &str {
    &name[..name.floor_char_boundary(NAME_BYTES_MAX)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_never_lead_out_of_the_folder() {
        for wanted in [
            "../../etc/passwd",
            "/abs",
            "..",
            ".",
            "a/../../b",
            "a\\..\\b",
            "a\0b",
            "%2e%2e/x",
            ".igny8",
        ] {
            let slug = slug(wanted, "Title");
            assert!(is_slug(&slug), "{wanted:?} → {slug:?}");
        }
        assert_eq!(slug("..", "My Title!"), "my-title");
        assert_eq!(slug("", "…"), "post");
        assert!(!is_slug("..") && !is_slug("a/b") && !is_slug(""));
    }

    #[test]
    fn slugs_keep_other_scripts_and_stay_bounded() {
        assert_eq!(slug("", "Übung macht den Meister"), "übung-macht-den-meister");
        let long = slug("", &"語".repeat(500));
        assert!(is_slug(&long) && long.len() <= NAME_BYTES_MAX, "{}", long.len());
    }

    #[test]
    fn file_names_are_plain() {
        for (wanted, name) in [
            ("../../x.png", "x.png"),
            ("a b?.png", "a-b-.png"),
            (".htaccess", "htaccess"),
            ("..", "image"),
            ("C:\\x\\y.png", "y.png"),
            ("", "image"),
        ] {
            assert_eq!(file_name(wanted), name, "{wanted}");
        }
        assert!(file_name(&format!("{}.png", "a".repeat(999))).ends_with("a.png"));
    }

    #[test]
    fn taken_names_get_a_counter_before_the_extension() {
        assert_eq!(
            candidates("a.png").take(3).collect::<Vec<_>>(),
            ["a.png", "a-2.png", "a-3.png"]
        );
        assert_eq!(candidates("a").nth(1).unwrap(), "a-2");
    }
}
