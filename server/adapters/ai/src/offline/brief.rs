//! What the pipeline's prompt asks for, read tolerantly: labelled lines in any order, most of them
//! optional, some of them inside fenced data.

use super::fault;

/// Keywords that are used at most: more would not show in an article.
const KEYWORDS_MAX: usize = 60;
/// Bound on the ideas of one answer, so that a wrong `Count:` cannot fill the memory.
const COUNT_MAX: usize = 100;
/// How many ideas are given when the prompt does not say.
const COUNT_DEFAULT: usize = 5;

/// A prompt, understood.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Brief {
    pub(super) title: String,
    pub(super) keywords: Vec<String>,
    pub(super) outline: Vec<String>,
    pub(super) intent: String,
    pub(super) count: usize,
    /// Index and keywords of each cluster to name.
    pub(super) clusters: Vec<(u64, Vec<String>)>,
}

impl Brief {
    /// Reads a prompt.
    pub(super) fn read(prompt: &str) -> Self {
        let mut brief = Self { count: COUNT_DEFAULT, ..Self::default() };
        let mut loose = Vec::new();
        let mut in_data = false;
        for line in prompt.lines().map(str::trim) {
            if line.starts_with("<<<data") {
                in_data = true;
            } else if line.ends_with("data>>>")
                || (line.starts_with("data ") && line.ends_with(">>>"))
            {
                in_data = false;
            } else if let Some(cluster) = cluster_line(line) {
                brief.clusters.push(cluster);
            } else if !brief.take_label(line) && in_data && !line.is_empty() {
                loose.push(fault::without_markers(line.trim_start_matches(['-', '*', ' '])));
            }
        }
        if brief.keywords.is_empty() {
            brief.keywords = loose;
        }
        brief.keywords.retain(|keyword| !keyword.is_empty());
        brief.keywords.truncate(KEYWORDS_MAX);
        brief
    }

    /// Takes a `Label: value` line that it knows. The first of each kind counts: what imported text
    /// repeats further down does not override the pipeline.
    fn take_label(&mut self, line: &str) -> bool {
        let Some((label, value)) = line.split_once(':') else { return false };
        let value = fault::without_markers(value);
        match label.trim().to_lowercase().as_str() {
            "title" | "topic" => set_first(&mut self.title, value),
            "cluster" | "pillar" if self.title.is_empty() => self.title = value,
            "keywords" | "target keywords" if self.keywords.is_empty() => {
                self.keywords = split_list(&value, ';');
            }
            "outline" if self.outline.is_empty() => self.outline = split_list(&value, '|'),
            "intent" => set_first(&mut self.intent, value),
            "count" => self.count = value.parse().unwrap_or(COUNT_DEFAULT).clamp(1, COUNT_MAX),
            "task" | "language" | "voice" | "cluster" | "pillar" | "keywords"
            | "target keywords" | "outline" => {}
            _ => return false,
        }
        true
    }

    /// What it is about, as the prompt names it: the title, else the first keyword.
    pub(super) fn subject(&self) -> &str {
        match self.keywords.first() {
            _ if !self.title.is_empty() => &self.title,
            Some(keyword) => keyword,
            None => "the subject",
        }
    }
}

fn set_first(slot: &mut String, value: String) {
    if slot.is_empty() {
        *slot = value;
    }
}

fn split_list(value: &str, separator: char) -> Vec<String> {
    let by_separator = value.split(separator).map(str::trim).filter(|item| !item.is_empty());
    by_separator.map(str::to_owned).collect()
}

/// `[3] running shoes; trail shoes`: a cluster with its index.
fn cluster_line(line: &str) -> Option<(u64, Vec<String>)> {
    let (index, keywords) = line.strip_prefix('[')?.split_once(']')?;
    let keywords = fault::without_markers(keywords);
    Some((index.trim().parse().ok()?, split_list(&keywords, ';')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brief_reads_labels_in_any_order_and_case() {
        let brief = Brief::read(
            "Task: article\nkeywords: a b; c\nOUTLINE: x | y |\nTitle: T: one\nCount: 7",
        );
        assert_eq!(brief.title, "T: one");
        assert_eq!(brief.keywords, ["a b", "c"]);
        assert_eq!(brief.outline, ["x", "y"]);
        assert_eq!(brief.count, 7);
    }

    #[test]
    fn brief_reads_clusters_and_loose_keywords_from_fenced_data() {
        let brief =
            Brief::read("<<<data n1\n[0] a; b\n[12] c\n- loose one\ndata n1>>>\nNot a keyword");
        assert_eq!(brief.clusters, [(0, vec!["a".into(), "b".into()]), (12, vec!["c".into()])]);
        assert_eq!(brief.keywords, ["loose one"]);
    }

    #[test]
    fn brief_survives_nonsense() {
        for prompt in ["", ":", "[", "[]", "[x] a", "Count: -1", "<<<data", "Keywords: ;;;"] {
            assert!(Brief::read(prompt).count >= 1, "{prompt}");
        }
    }

    #[test]
    fn brief_drops_fault_markers_from_what_it_writes_about() {
        assert_eq!(Brief::read("Title: Tea [fail:timeout:once]").title, "Tea");
    }
}
