//! The shortest part of a plan that still fails.

use super::Plan;

/// Takes parts out of a failing plan as long as it goes on failing (delta debugging: ever smaller
/// parts of the steps, then of the faults, until nothing can go). `fails` lives it; it is asked at
/// most `lives_max` times.
pub fn shrink(plan: &Plan, lives_max: usize, mut fails: impl FnMut(&Plan) -> bool) -> Plan {
    let mut best = plan.clone();
    let mut lives = 0;
    loop {
        let before = (best.steps.len(), best.faults.len());
        let faults = best.faults.clone();
        best.faults = reduce(faults, |faults| {
            lives += 1;
            lives <= lives_max && fails(&Plan { faults: faults.to_vec(), ..best.clone() })
        });
        let steps = best.steps.clone();
        best.steps = reduce(steps, |steps| {
            lives += 1;
            lives <= lives_max && fails(&Plan { steps: steps.to_vec(), ..best.clone() })
        });
        if (best.steps.len(), best.faults.len()) == before || lives >= lives_max {
            return best;
        }
    }
}

/// Removes chunks, the large ones first.
fn reduce<T: Clone>(mut items: Vec<T>, mut still: impl FnMut(&[T]) -> bool) -> Vec<T> {
    let mut size = items.len().div_ceil(2);
    while size > 0 {
        // From behind: what comes early is needed by what comes late.
        let mut end = items.len();
        while end > 0 {
            let start = end.saturating_sub(size);
            let rest = [&items[..start], &items[end..]].concat();
            if still(&rest) {
                items = rest;
            }
            end = start;
        }
        size = if size == 1 { 0 } else { size.div_ceil(2) };
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_failure_needs_is_all_that_stays() {
        let plan = Plan::draw(7);
        let (step, fault) = (plan.steps[40].clone(), plan.faults[5]);
        let needs = |plan: &Plan| plan.steps.contains(&step) && plan.faults.contains(&fault);
        let short = shrink(&plan, 2_000, needs);
        assert_eq!((short.steps, short.faults), (vec![step.clone()], vec![fault]));
    }

    #[test]
    fn r15_the_same_seed_is_the_same_plan() {
        assert_eq!(Plan::draw(3), Plan::draw(3));
        assert_ne!(Plan::draw(3).steps, Plan::draw(4).steps);
    }
}
