//! The sentences of the offline model. Slots: `{topic}` what the article is about, `{keyword}` one
//! of its keywords, `{heading}` the section's heading as a phrase, `{aspect}` and `{other}` sides
//! of any subject, `{who}` a reader, `{span}` a stretch of time, `{link}` an address.
//! `{topic}` and `{keyword}` may be singular or plural and so are never a subject that bends a verb.

/// The first sentence of an article.
pub(super) const HOOKS: &[&str] = &[
    "Most advice about **{topic}** is either too vague to use or too detailed to finish.",
    "Few things look as simple from outside, and turn out as varied up close, as **{topic}**.",
    "If you have ever lost an afternoon to reading about **{topic}**, you are in good company.",
    "There is a short way and a long way to get good results with **{topic}**.",
    "Ask three people about **{topic}** and you will hear four opinions.",
    "A little planning goes a long way when you start with **{topic}**.",
    "What separates a good experience with **{topic}** from a poor one is seldom luck.",
    "You do not need to be an expert to make a sound decision about **{topic}**.",
    "Every year more people discover **{topic}**, and most of them begin with the same questions.",
    "The hard part of **{topic}** is rarely the doing; it is knowing where to begin.",
];

/// What the reader gets.
pub(super) const PROMISES: &[&str] = &[
    "This article walks through the decisions in the order in which you will meet them.",
    "Below you will find what matters, what can wait, and what you can safely ignore.",
    "By the end you will know which questions to ask, and which answers to distrust.",
    "We look at {aspect} first, then at {other}, and close with a plan you can follow.",
    "Read it from start to end, or jump to the section that fits your situation.",
    "The aim is simple: fewer surprises, less waste, and a result that you are glad to live with.",
    "Along the way we return to {keyword}, because so many other choices depend on it.",
    "Each part stands on its own, so {who} can pick out just what is missing.",
];

/// The first sentence of a section, tied to its heading.
pub(super) const OPENINGS: &[&str] = &[
    "It is worth taking a moment to think about {heading} before you go any further.",
    "Much of the confusion in this field comes from skipping over {heading}.",
    "When people talk about {heading}, they often mean quite different things.",
    "Let us turn to {heading}, which deserves more attention than it usually gets.",
    "There is no single right answer to the question of {heading}, but there are several wrong ones.",
    "Anyone who has spent {span} with {topic} has come to a view on {heading}.",
    "The practical side of {heading} becomes clear once you have a concrete case in mind.",
    "You can save yourself a good deal of trouble by being clear about {heading}.",
    "Start with what you know, and the subject of {heading} loses most of its terrors.",
    "Experienced people tend to agree on {heading}, even where they differ on the rest.",
    "Nothing shapes the outcome quite as much as {heading}.",
    "Here the details begin to matter, and {heading} is a good example of that.",
];

/// Explanation.
pub(super) const EXPLANATIONS: &[&str] = &[
    "In practice, {keyword} and {aspect} pull in different directions, and you have to choose a balance.",
    "The reason is simple: {aspect} changes slowly, while {other} can change within {span}.",
    "What works for {who} may be of little use to someone with other priorities.",
    "Think of {aspect} as the foundation, and of {keyword} as the part that everybody sees.",
    "A closer look at {keyword} shows how strongly {aspect} depends on the setting.",
    "Two things stand behind this: {aspect} on the one hand, and *{other}* on the other.",
    "Once {aspect} is settled, the remaining choices about {keyword} tend to fall into place.",
    "This is where {topic} and everyday habits meet, for better and for worse.",
    "The difference can be small on paper and still be plain to see after {span}.",
    "Most guides treat {aspect} as an afterthought, although it decides how {keyword} will turn out.",
    "You will notice the effect on {aspect} first, and on {other} only later.",
    "Behind every recommendation for {keyword} stands an assumption about {aspect}.",
    "Seen this way, {other} stops being a mystery and becomes something you can plan for.",
    "The link between {keyword} and {other} is easy to miss, because it shows itself only over {span}.",
    "For {who}, the question of {aspect} usually outweighs everything else.",
    "None of this is complicated, but it has to happen in the right order.",
    "It helps to separate what you can measure, such as {aspect}, from what you can only judge.",
    "With {keyword}, a small change early on saves a large correction later.",
    "Good results with {topic} come from *consistency* far more often than from expensive equipment.",
    "The usual trade-off is between {aspect} and {other}, and there is no way around it.",
    "What counts in the end is how {keyword} will fit into the week you really have.",
    "That is also why two reviews of **{keyword}** can contradict each other and both be right.",
    "Context matters here: the same approach to {keyword} can succeed in one place and fail in the next.",
    "Under ordinary conditions, {aspect} explains most of the difference that people report.",
    "The principle behind {keyword} has not changed in years, even if the tools have.",
    "Some of it is a matter of taste, but {aspect} can be compared quite objectively.",
    "If you keep {other} constant, the influence of {aspect} becomes easy to recognise.",
    "Beginners look at {keyword}; people with some practice look at {aspect} as well.",
];

/// What to do.
pub(super) const ADVICE: &[&str] = &[
    "Write down what you expect from {keyword} before you compare anything.",
    "Give yourself {span} before you judge the result.",
    "Start small, keep notes, and change only one thing at a time.",
    "When in doubt, favour {aspect} over {other}; you can always adjust later.",
    "Ask someone who has lived with {topic} for a while what they would do differently.",
    "Set aside a fixed amount for {aspect}, and treat it as spent.",
    "Check {aspect} once more after {span}, when the first enthusiasm has settled.",
    "A short list on paper beats a long list of open browser tabs.",
    "Choose the option that you would still be content with if {other} turned out worse than expected.",
    "Compare at least two approaches to **{keyword}** side by side, under the same conditions.",
    "Keep the first attempt simple, and let {aspect} guide the second.",
    "If you can only do one thing this week, look into {keyword}.",
    "Decide early how much {other} you are prepared to accept.",
    "Make {aspect} part of your routine, and it will hardly feel like work.",
    "Test {keyword} on a small scale first, and write down what you see.",
    "Look for advice that names its limits; it tends to be the more honest kind.",
    "Plan for the ordinary day rather than for the perfect one.",
    "Leave some room for {other}, because it always asks for more than you think.",
    "Read the small print on {aspect}, above all where an offer for {keyword} looks generous.",
    "A good overview of {keyword} can be found in [this guide]({link}).",
    "If you want to go deeper, [our notes on {keyword}]({link}) collect the finer points.",
    "Those who prefer numbers will find a worked example [on this page]({link}).",
    "Before you commit, run through [the checklist for {keyword}]({link}) once.",
];

/// What goes wrong.
pub(super) const CAUTIONS: &[&str] = &[
    "The most common mistake is to decide on {keyword} before {aspect} is clear.",
    "Be careful with quick promises: {other} cannot be bought in a single step.",
    "Do not let {aspect} crowd out everything else, however convincing it looks at first.",
    "Many {who} underestimate how much time {other} will take.",
    "Skipping this step seldom hurts at once, which is exactly why so many people skip it.",
    "A cheap shortcut in {aspect} often returns as an expensive detour.",
    "Watch out for comparisons that leave {other} out of the picture.",
    "What looks like a problem with {keyword} is often a problem with {aspect} in disguise.",
    "Resist the urge to change everything at once, or you will never learn what made the difference.",
    "If something about {keyword} sounds too easy, look at {other} again.",
    "There is a limit to what {aspect} can make up for.",
    "Old habits are stubborn, and {span} is not long enough to replace them all.",
];

/// Small scenes.
pub(super) const EXAMPLES: &[&str] = &[
    "Take a typical case: {who} with little time, a modest budget and a clear wish for better {aspect}.",
    "Imagine that you had to explain {keyword} to a neighbour in two minutes.",
    "Suppose you start on a Monday; by the end of {span} the first pattern will be visible.",
    "One reader told us that paying attention to {aspect} changed how they saw {topic} altogether.",
    "Picture two households with the same means, of which only one keeps an eye on {other}.",
    "A small example makes the point: halve the effort for {other}, and see what happens to {aspect}.",
    "Consider how {keyword} would look if {aspect} were the only thing that mattered.",
    "Someone who begins with {keyword} today can expect the first clear results after {span}.",
    "In one informal comparison, attention to {aspect} did more for {keyword} than any purchase.",
    "Think back to the last time that you made a choice like this, and what you wished you had known.",
];

/// The last sentence of a section.
pub(super) const BRIDGES: &[&str] = &[
    "With that in mind, the next step is easier than it looks.",
    "That leaves one more question, and it has to do with {aspect}.",
    "Everything that follows builds on this point.",
    "Keep this in view while you read on.",
    "It is a modest insight, but it pays for itself again and again.",
    "From here it is only a short way to a decision.",
    "Once this is clear, {other} takes care of itself more often than not.",
    "You will see the same pattern return further down.",
    "This is also the point at which {topic} can begin to be enjoyable.",
    "Hold on to that thought; it will be useful in a moment.",
];

/// The end of an article.
pub(super) const CLOSINGS: &[&str] = &[
    "In the end, {topic} will reward patience more than perfection.",
    "Take the part that fits your situation, leave the rest, and begin.",
    "The best time to look at {keyword} again is after {span} of real use.",
    "If you remember only one thing, let it be this: settle {aspect} first, and keep {other} in sight.",
    "Everything else is practice, and practice with **{topic}** can be surprisingly good company.",
    "Come back to this page when your first questions about {keyword} have given way to better ones.",
    "Small, steady steps will take you further than one grand plan.",
    "Whatever you choose, write down why; it is the kindest thing you can do for yourself next year.",
];

/// Where to read on: the last sentence, so that every article has a link and something in italics.
pub(super) const REFERENCES: &[&str] = &[
    "*Further reading:* [our notes on {keyword}]({link}).",
    "*See also* the [step-by-step guide to {keyword}]({link}), which starts where this article ends.",
    "For a *second opinion*, compare [what others report about {keyword}]({link}).",
    "The [checklist for {keyword}]({link}) fits on *one page* and is made to be printed.",
];

/// Items of bulleted lists.
pub(super) const POINTS: &[&str] = &[
    "**Time:** allow {span} before you draw conclusions",
    "**Budget:** decide what {aspect} is worth to you before you look at prices",
    "**Fit:** check how {keyword} would suit the way you live now",
    "**Effort:** be honest about how much {other} you will keep up",
    "**Quality:** look at {aspect} first and at appearance second",
    "**Support:** find one person who knows {keyword} from experience",
    "**Flexibility:** prefer what can be changed later",
    "**Evidence:** trust what you have tried over what you have read",
    "**Simplicity:** the plan with fewer parts has fewer ways to fail",
    "**Upkeep:** ask what {keyword} will need after the first month",
    "**Safety:** learn the limits before you test them",
    "**Reach:** see whether {aspect} can be shared with others",
    "**Space:** measure twice, above all where {other} is concerned",
    "**Season:** some parts of {topic} can wait for a better moment",
    "**Records:** note the date, the change and what came of it",
    "**Second look:** revisit {aspect} when nothing is urgent",
    "**Warning signs:** take it seriously when {other} slips twice in a row",
    "**Alternatives:** keep one other option for {keyword} in reserve",
];

/// Items of numbered lists.
pub(super) const STEPS: &[&str] = &[
    "Write one sentence about what you want from {topic}.",
    "List what you already have, including the things that you rarely use.",
    "Sort the list by {aspect}, and strike out the lower half.",
    "Look up two independent opinions on {keyword}.",
    "Set a limit for {other}, in money or in hours.",
    "Try the simplest version of {keyword} for {span}.",
    "Note what surprised you, good or bad.",
    "Change one thing, then wait.",
    "Compare the result with your first sentence.",
    "Keep what worked for {aspect}, and drop what did not.",
    "Show the outcome to someone whose judgement you trust.",
    "Put a date in the calendar to look at {keyword} again.",
    "Clear away what you no longer need.",
    "Share what you have learnt about {other}.",
];

/// Lines for the quotation.
pub(super) const QUOTES: &[&str] = &[
    "Do the plain thing well, and {topic} will look after itself.",
    "I stopped looking for the best answer on {keyword} and started looking for one that I would keep to.",
    "Everyone asks about {keyword}; hardly anyone asks about {aspect}.",
    "The day that {aspect} became a habit was the day that everything else got easier.",
    "You learn more about {topic} in one honest attempt than in ten comparisons.",
    "It took me {span} to see that {other} was never the problem.",
];

/// Headings for articles and ideas without an outline of their own.
pub(super) const HEADINGS: &[&str] = &[
    "What to know about {keyword}",
    "Getting started with {keyword}",
    "How to compare your options for {keyword}",
    "Common mistakes with {keyword}",
    "The real cost of {keyword}",
    "Planning ahead for {keyword}",
    "A simple routine for {keyword}",
    "What experience teaches about {keyword}",
    "Making {keyword} work on a budget",
    "When {keyword} can wait",
    "The tools that help with {keyword}",
    "Keeping an eye on {aspect}",
    "Where {aspect} makes the difference",
    "Finding the balance between {aspect} and {other}",
    "Questions people ask about {keyword}",
    "Long-term results with {keyword}",
];

/// Headings of the third level.
pub(super) const SUBHEADINGS: &[&str] = &[
    "A word on {aspect}",
    "If you are short of time",
    "For {who}",
    "A quick check",
    "What this means for {keyword}",
    "The finer points of {aspect}",
    "Looking at {other}",
    "After {span}",
];

/// Headings of the last section.
pub(super) const LAST_HEADINGS: &[&str] =
    &["Where to go from here", "The short version", "Bringing it together", "Your next step"];

/// Titles of ideas.
pub(super) const TITLES: &[&str] = &[
    "{Keyword}: what to know before you start",
    "A practical guide to {keyword}",
    "{Keyword} on a budget: where to save and where not to",
    "Seven common mistakes with {keyword}, and how to avoid them",
    "How to choose between the options for {keyword}",
    "{Keyword} for beginners: the first thirty days",
    "What nobody tells you about {keyword}",
    "The real cost of {keyword}",
    "{Keyword} compared: which approach fits you?",
    "A checklist for {keyword} that you will really use",
    "The questions people ask most about {keyword}",
    "How {who} can get more out of {keyword}",
    "{Keyword}, step by step",
    "Is it time to rethink {keyword}?",
    "The quiet importance of {aspect} in {keyword}",
    "{Keyword}: myths, facts and open questions",
    "What a year of {keyword} teaches you",
    "Planning {keyword} without losing a weekend",
];

/// Angles of ideas.
pub(super) const ANGLES: &[&str] = &[
    "Leads {who} from the first question to a decision, with {aspect} as the measure.",
    "Compares the usual approaches side by side and says for whom each one is made.",
    "Starts from the mistakes that people report and works back to their causes.",
    "Takes the view of {who}: little time, a limited budget, and a wish for {aspect}.",
    "Puts numbers to {aspect} and {other}, where most articles stay vague.",
    "Answers the questions that remain once the basics of {keyword} are known.",
    "A hands-on plan for {span}, with a check at the end of each stage.",
    "Looks behind the promises around {keyword} and keeps what stands up to use.",
];

/// Sides of any subject: all without a verb that would have to agree.
pub(super) const ASPECTS: &[&str] = &[
    "cost",
    "quality",
    "durability",
    "comfort",
    "reliability",
    "preparation",
    "timing",
    "maintenance",
    "safety",
    "ease of use",
    "long-term value",
    "storage",
    "consistency",
    "attention to detail",
    "planning",
    "day-to-day effort",
    "flexibility",
    "the choice of materials",
    "good information",
    "the right order of steps",
];

/// Readers, in the plural.
pub(super) const READERS: &[&str] = &[
    "beginners",
    "busy families",
    "people with little space",
    "careful planners",
    "small teams",
    "returning enthusiasts",
    "first-time buyers",
    "people on a tight schedule",
];

/// Stretches of time.
pub(super) const SPANS: &[&str] =
    &["a week", "two weeks", "a month", "a few days", "one season", "three months", "a weekend"];

/// Last columns of table rows.
pub(super) const RATINGS: &[&str] = &[
    "Worth it early on",
    "Can wait",
    "Depends on use",
    "Essential",
    "Nice to have",
    "Often overrated",
];
