//! Recurrences against a slow, obvious model: twenty years, minute by minute, in ten zones whose
//! rules are odd.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use igny8_actors_domain::Dice;
use igny8_actors_domain::site::automation::{Timing, zones};
use igny8_protocol_ids::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use proptest::prelude::*;

/// Half an hour of daylight saving; a day that was skipped; daylight saving that pauses in Ramadan;
/// a change at midnight; an offset of three quarters; two hours of daylight saving; the usual ones;
/// rules that were changed at short notice; daylight saving given up.
const ZONES: [&str; 10] = [
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Atlantic/Azores",
    "Asia/Kathmandu",
    "Antarctica/Troll",
    "America/New_York",
    "Europe/London",
    "America/Santiago",
    "Asia/Tehran",
];
/// 2006-01-01 00:00 UTC, and twenty years in minutes.
const START: i64 = 1_136_073_600 / 60;
const MINUTES: i64 = 20 * 365 * 24 * 60 + 5 * 24 * 60;

/// The fields of an expression, read by the simplest reader that can be: lists, ranges, steps.
struct Plain {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    any_day: bool,
    any_weekday: bool,
}

fn field(text: &str, min: u32, max: u32) -> u64 {
    let mut bits = 0;
    for part in text.split(',') {
        let (range, step) = part.split_once('/').unwrap_or((part, "1"));
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (min, max),
            Some((from, to)) => (from.parse().unwrap(), to.parse().unwrap()),
            None => (range.parse().unwrap(), range.parse().unwrap()),
        };
        for value in (from..=to).step_by(step.parse().unwrap()) {
            bits |= 1 << value;
        }
    }
    bits
}

impl Plain {
    fn read(text: &str) -> Self {
        let fields: Vec<&str> = text.split(' ').collect();
        Self {
            minutes: field(fields[0], 0, 59),
            hours: field(fields[1], 0, 23),
            days: field(fields[2], 1, 31),
            months: field(fields[3], 1, 12),
            weekdays: field(fields[4], 0, 6),
            any_day: fields[2] == "*",
            any_weekday: fields[4] == "*",
        }
    }

    /// Whether a day is named. `number` counts from 1970-01-01, a Thursday.
    fn names_day(&self, number: i64) -> bool {
        let (month, day) = month_and_day(number);
        let weekday = (number + 4).rem_euclid(7);
        let (by_day, by_weekday) = (self.days >> day & 1 == 1, self.weekdays >> weekday & 1 == 1);
        let named = match (self.any_day, self.any_weekday) {
            (false, false) => by_day || by_weekday,
            _ => by_day && by_weekday,
        };
        named && self.months >> month & 1 == 1
    }
}

/// Counts the days off, year by year and month by month.
fn month_and_day(mut number: i64) -> (i64, i64) {
    let mut year = 1970;
    loop {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let february = if leap { 29 } else { 28 };
        let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        for (month, days) in (1..).zip(months) {
            if number < days {
                return (month, number + 1);
            }
            number -= days;
        }
        year += 1;
    }
}

/// The wall clock of a zone for twenty years: minutes since 1970 as the clock shows them.
fn wall_clock(zone: &TimeZone) -> Vec<i64> {
    let offset = |minute: i64| {
        let at = jiff::Timestamp::from_second(minute * 60).unwrap();
        i64::from(zone.to_offset(at).seconds())
    };
    let mut wall = Vec::with_capacity(MINUTES as usize);
    // The offset is asked for every quarter of an hour: no zone changes within one since 2006.
    for quarter in (START..START + MINUTES).step_by(15) {
        let seconds = offset(quarter);
        assert_eq!(seconds, offset(quarter + 14), "a change within a quarter");
        wall.extend((quarter..quarter + 15).map(|minute| minute + seconds / 60));
    }
    wall
}

/// The model: the clock moves on; each minute that it shows or jumps over for the first time counts
/// at this instant, once.
fn model(wall: &[i64], plain: &Plain) -> Vec<i64> {
    let mut runs = Vec::new();
    let mut seen = wall[0];
    let (mut day, mut named) = (i64::MIN, false);
    for (minute, shown) in (START..).zip(wall) {
        let mut hit = false;
        for passed in seen + 1..=*shown {
            if passed.div_euclid(1_440) != day {
                day = passed.div_euclid(1_440);
                named = plain.names_day(day);
            }
            let of_day = passed.rem_euclid(1_440);
            hit |= named
                && plain.hours >> (of_day / 60) & 1 == 1
                && plain.minutes >> (of_day % 60) & 1 == 1;
        }
        seen = seen.max(*shown);
        if hit {
            runs.push(minute);
        }
    }
    runs
}

/// A random expression. Sparse ones can be followed through all twenty years.
fn expression(dice: &mut Dice, sparse: bool) -> String {
    let mut pick = |choices: &[&str]| {
        let place = usize::try_from(dice.roll() % choices.len() as u64).unwrap();
        choices[place].to_owned()
    };
    let minute = if sparse {
        pick(&["0", "30", "15", "59", "5", "1", "45"])
    } else {
        pick(&["*", "*/10", "*/7", "0,15,30,45", "20-40/5"])
    };
    let hour = if sparse {
        pick(&["0", "1", "2", "3", "0,12", "*/6", "1-3", "23", "2-4/2"])
    } else {
        pick(&["*", "0-4", "*/2", "23,0,1,2"])
    };
    let day = pick(&["*", "*", "*", "1", "30,31", "29", "1-7", "*/5"]);
    let month = pick(&["*", "*", "*", "3,4,9,10", "2", "12,1"]);
    let weekday = pick(&["*", "*", "*", "0", "1-5", "6", "0,3"]);
    format!("{minute} {hour} {day} {month} {weekday}")
}

fn timestamp(minute: i64) -> Timestamp {
    Timestamp::from_millis(minute * 60_000)
}

/// Follows a recurrence over all of the model's instants from `from` to `to`.
fn follow(cron: &str, zone: &str, runs: &[i64], (from, to): (i64, i64)) {
    let Ok(recurrence) = Timing::new(cron, zone).read() else {
        assert!(runs.is_empty(), "{cron} was refused");
        return;
    };
    let expected = runs.iter().copied().filter(|run| (from + 1..to).contains(run));
    let mut last = timestamp(from);
    for expected in expected {
        let next = recurrence.after(last).unwrap();
        assert_eq!(
            next,
            timestamp(expected),
            "{cron} in {zone}: {} instead of {} after {}",
            recurrence.wall_clock(next),
            recurrence.wall_clock(timestamp(expected)),
            recurrence.wall_clock(last)
        );
        last = next;
    }
    let after = recurrence.after(last);
    assert!(after.is_none_or(|after| after >= timestamp(to)), "{cron} in {zone}: one too many");
}

fn check_zone(name: &str, seed: u64) {
    let wall = wall_clock(&TimeZoneDatabase::bundled().get(name).unwrap());
    let mut dice = Dice::new(seed);
    for _ in 0..4 {
        let cron = expression(&mut dice, true);
        let runs = model(&wall, &Plain::read(&cron));
        follow(&cron, name, &runs, (START, START + MINUTES));
        // From anywhere, not only from one instant to the next.
        let Ok(recurrence) = Timing::new(&cron, name).read() else { continue };
        for _ in 0..500 {
            let millis = i64::try_from(dice.roll() % (MINUTES as u64 * 60_000)).unwrap();
            let from = Timestamp::from_millis(START * 60_000 + millis);
            let place = runs.partition_point(|run| timestamp(*run) <= from);
            if let Some(expected) = runs.get(place) {
                assert_eq!(recurrence.after(from), Some(timestamp(*expected)), "{cron} in {name}");
            }
        }
    }
    // Dense ones around each change of the clock.
    let changes: Vec<i64> = (START..)
        .zip(wall.windows(2))
        .filter(|(_, pair)| pair[1] != pair[0] + 1)
        .map(|(at, _)| at)
        .collect();
    for _ in 0..2 {
        let cron = expression(&mut dice, false);
        let runs = model(&wall, &Plain::read(&cron));
        for change in &changes {
            let (from, to) = (change - 2 * 1_440, change + 2 * 1_440);
            follow(&cron, name, &runs, (from.max(START), to.min(START + MINUTES)));
        }
    }
}

#[test]
fn recurrences_equal_a_minute_by_minute_model_over_twenty_years_in_ten_zones() {
    std::thread::scope(|scope| {
        for half in [&ZONES[..5], &ZONES[5..]] {
            scope.spawn(move || {
                for (number, zone) in (0..).zip(half) {
                    for seed in [1, 2] {
                        check_zone(zone, seed * 1_000 + number);
                    }
                }
            });
        }
    });
}

fn next(cron: &str, zone: &str, from: &str) -> Vec<String> {
    let from: jiff::Timestamp = from.parse().unwrap();
    let recurrence = Timing::new(cron, zone).read().unwrap();
    let from = Timestamp::from_millis(from.as_millisecond());
    recurrence.following(from).take(3).map(|at| recurrence.wall_clock(at)).collect()
}

#[test]
fn a_skipped_time_comes_at_the_first_valid_instant() {
    assert_eq!(
        next("30 1 * * *", "Europe/London", "2026-03-28T12:00:00Z"),
        [
            "Sun 2026-03-29 02:00 +01:00",
            "Mon 2026-03-30 01:30 +01:00",
            "Tue 2026-03-31 01:30 +01:00"
        ]
    );
    // Samoa skipped the whole 30th of December 2011.
    assert_eq!(
        next("0 12 * * *", "Pacific/Apia", "2011-12-29T23:00:00Z")[..2],
        ["Sat 2011-12-31 00:00 +14:00", "Sat 2011-12-31 12:00 +14:00"]
    );
}

#[test]
fn a_doubled_time_comes_once() {
    assert_eq!(
        next("30 1 * * *", "Europe/London", "2026-10-24T12:00:00Z"),
        [
            "Sun 2026-10-25 01:30 +01:00",
            "Mon 2026-10-26 01:30 +00:00",
            "Tue 2026-10-27 01:30 +00:00"
        ]
    );
    // Lord Howe shows half an hour twice.
    assert_eq!(
        next("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00:00Z")[..2],
        ["Sun 2026-04-05 01:45 +11:00", "Mon 2026-04-06 01:45 +10:30"]
    );
}

#[test]
fn what_is_not_a_timing_is_refused_with_the_reason() {
    for (cron, zone, code, part) in [
        ("", "UTC", "invalid_cron", "empty"),
        ("0 0 * *", "UTC", "invalid_cron", "5 fields"),
        ("0 0 0 * * *", "UTC", "invalid_cron", "5 fields"),
        ("61 * * * *", "UTC", "invalid_cron", "out of bounds"),
        ("0 0 30 2 *", "UTC", "invalid_cron", "no day in the calendar"),
        ("0 0 * * *", "Mars/Olympus", "invalid_zone", "Mars/Olympus"),
    ] {
        let refusal = Timing::new(cron, zone).read().unwrap_err();
        assert_eq!(refusal.code, code, "{cron}");
        assert!(refusal.message.contains(part), "{cron}: {}", refusal.message);
    }
    let zones = zones();
    assert!(ZONES.iter().all(|zone| zones.iter().any(|known| known == zone)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_people_type_is_more_than_refused(cron in "[0-9*/,#LW?@A-Za-z +-]{0,40}", far in any::<i64>()) {
        if let Ok(recurrence) = Timing::new(&cron, "Europe/London").read() {
            let at = recurrence.after(Timestamp::from_millis(1_700_000_000_000)).unwrap();
            prop_assert!(at > Timestamp::from_millis(1_700_000_000_000));
            let late = recurrence.after(Timestamp::from_millis(far));
            prop_assert!(late.is_none_or(|late| late.as_millis() > far));
            prop_assert!(!recurrence.words().is_empty());
        }
    }
}
