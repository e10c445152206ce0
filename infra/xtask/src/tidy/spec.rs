//! The rules and their tests: what docs/SPEC.md names exists, and each rule names something.

use super::{Finding, SourceFile};

const PAGE: &str = "docs/SPEC.md";

/// Tests that the page names and nobody wrote, and rules that nothing is said to hold.
pub(super) fn check(files: &[SourceFile]) -> Vec<Finding> {
    let Some(page) = files.iter().find(|file| file.path == PAGE) else {
        return vec![Finding::new(PAGE, "is missing", "write down the rules")];
    };
    let mut findings = Vec::new();
    for name in page.text.split('`').skip(1).step_by(2).filter(|name| is_test(name)) {
        let declared = [format!("fn {name}("), format!("fn {name}<")];
        let holds = |file: &SourceFile| declared.iter().any(|text| file.text.contains(text));
        if !files.iter().any(|file| file.extension() == "rs" && holds(file)) {
            let remedy = "name the test that holds the rule now, or write it";
            findings.push(Finding::new(PAGE, format!("there is no test {name}"), remedy));
        }
    }
    for section in page.text.split("\n## ").skip(1) {
        if !section.contains("Held by: ") {
            let title = section.lines().next().unwrap_or_default();
            let remedy = "add a line `Held by: ` with the tests that hold it";
            findings.push(Finding::new(PAGE, format!("nothing holds \"{title}\""), remedy));
        }
    }
    findings
}

/// `r7_…` or `r10_…`: the number of a rule, and a sentence.
fn is_test(name: &str) -> bool {
    let number = name.strip_prefix('r').and_then(|rest| rest.split_once('_'));
    number.is_some_and(|(number, sentence)| number.parse::<u8>().is_ok() && sentence.contains('_'))
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    #[test]
    fn named_tests_exist_and_rules_are_held() {
        let test = file("a/b.rs", "#[test]\nfn r1_one_is_one() {}\n");
        let page = |text: &str| file(PAGE, text);
        let good = "# Rules\n\n## R1 One\n\nHeld by: `r1_one_is_one` in `a/b.rs`.\n";
        assert!(check(&[page(good), test]).is_empty());
        assert_eq!(check(&[page(good)]).len(), 1);
        assert_eq!(check(&[page("# Rules\n\n## R1 One\n\n1. One is one.\n")]).len(), 1);
        assert_eq!(check(&[]).len(), 1);
    }
}
