//! `[lesson]` and `[[lesson.parts]]`, read and written.

use pulldown_cmark::{Event, Parser, Tag};

use crate::lab::breakpoint::{At, Check};
use crate::lab::layout::Layout;
use crate::lab::lesson::{
    Choice, Fixed, FromTrace, Hint, Kind, Lesson, MAX_ANSWER_CHARS, MAX_CHOICES, MAX_HINTS, MAX_PARTS, MAX_SHORT_CHARS,
    MAX_TEXT_CHARS, Part, Question, Show, System, Value,
};
use crate::lab::{Localized, Step};
use crate::lang::Lang;
use crate::t;
use crate::values::call_names::OP_NAMES;
use crate::values::toml_text::{inline, line, pair, quoted, quoted_lines};
use crate::values::tree::{Field, Read, Table};

const PART_KEYS: [&str; 13] = [
    "title",
    "text",
    "do",
    "ready",
    "run",
    "ask",
    "choices",
    "calls",
    "answer",
    "when_wrong",
    "explain",
    "show",
    "call",
];

pub(super) fn read(field: &Field<'_>, steps: &[Step], check: Check) -> Read<Lesson> {
    let table = field.table(&["goal", "source", "parts"])?;
    let goal = text(&table.require("goal", |lang| t!(lang, "lesson-what-texts"))?, MAX_SHORT_CHARS)?;
    let source = optional_text(&table, "source", MAX_TEXT_CHARS)?;
    let parts = table.require("parts", |lang| t!(lang, "lesson-what-parts"))?;
    let fields = parts.array(|lang| t!(lang, "lesson-what-parts"))?;
    if let Some(first_too_many) = fields.get(MAX_PARTS) {
        return Err(first_too_many.fault(|lang| t!(lang, "lesson-many-parts", most = MAX_PARTS)));
    }
    if fields.is_empty() {
        return Err(parts.fault(|lang| t!(lang, "lesson-no-parts")));
    }
    let reader = Reader { has_steps: !steps.is_empty(), check };
    let parts = fields.iter().map(|field| reader.part(field)).collect::<Read<Vec<_>>>()?;
    let runs = parts.iter().any(|part| part.run);
    for (field, part) in fields.iter().zip(&parts) {
        if !runs && !steps.is_empty() && part.ask.is_some() {
            return Err(field.fault(|lang| t!(lang, "lesson-never-run")));
        }
    }
    Ok(Lesson { goal, source, parts })
}

/// A text in both languages, without pictures: a lesson brings no files into the window.
fn text(field: &Field<'_>, most: usize) -> Read<Localized> {
    if !field.is_table() {
        return Err(field.fault(|lang| t!(lang, "lesson-both-languages")));
    }
    text_of(&field.table(&["en", "zh"])?, most)
}

fn text_of(table: &Table<'_>, most: usize) -> Read<Localized> {
    let in_language = |key: &str| {
        let field = table.require(key, |lang| t!(lang, "lab-what-both-languages"))?;
        let text = field.text()?;
        if text.chars().count() > most {
            return Err(field.fault(|lang| t!(lang, "lesson-long-text", most = most)));
        }
        if text.trim().is_empty() {
            return Err(field.fault(|lang| t!(lang, "lesson-empty-text")));
        }
        if Parser::new(text).any(|event| matches!(event, Event::Start(Tag::Image { .. }))) {
            return Err(field.fault(|lang| t!(lang, "lesson-picture")));
        }
        Ok(text.to_owned())
    };
    Ok(Localized::both(in_language("en")?, in_language("zh")?))
}

fn optional_text(table: &Table<'_>, key: &str, most: usize) -> Read<Localized> {
    table.get(key).map_or_else(|| Ok(Localized::default()), |field| text(&field, most))
}

struct Reader {
    has_steps: bool,
    check: Check,
}

impl Reader {
    fn part(&self, field: &Field<'_>) -> Read<Part> {
        let table = field.table(&PART_KEYS)?;
        let run = table.get("run").map(|field| field.boolean()).transpose()?.unwrap_or_default();
        if run && !self.has_steps {
            return Err(table.fault(|lang| t!(lang, "lesson-nothing-to-run")));
        }
        let ask = table.get("ask").map(|ask| self.question(&table, &ask)).transpose()?;
        for key in ["choices", "calls", "answer", "when_wrong"] {
            if let (None, Some(field)) = (&ask, table.get(key)) {
                return Err(field.fault(|lang| t!(lang, "lesson-without-question")));
            }
        }
        let title = text(&table.require("title", |lang| t!(lang, "lesson-what-texts"))?, MAX_SHORT_CHARS)?;
        let part = Part {
            title,
            text: optional_text(&table, "text", MAX_TEXT_CHARS)?,
            task: optional_text(&table, "do", MAX_TEXT_CHARS)?,
            ready: table.get("ready").map(|field| self.filter(&field)).transpose()?,
            run,
            ask,
            explain: optional_text(&table, "explain", MAX_TEXT_CHARS)?,
            show: self.show(&table)?,
        };
        match table.get("ready") {
            Some(ready) if part.task.is_empty() => Err(ready.fault(|lang| t!(lang, "lesson-ready-for-nothing"))),
            _ => Ok(part),
        }
    }

    fn show(&self, table: &Table<'_>) -> Read<Option<Show>> {
        let call = table.get("call").map(|field| self.filter(&field)).transpose()?;
        match (table.get("show"), call) {
            (Some(view), call) => {
                let view =
                    view.one_of(&Layout::VIEWS, |name| Layout::VIEWS.into_iter().find(|known| *known == name))?;
                Ok(Some(Show { view: view.to_owned(), call }))
            }
            (None, Some(call)) => Ok(Some(Show { view: "traffic".to_owned(), call: Some(call) })),
            (None, None) => Ok(None),
        }
    }

    /// A condition on calls that have returned.
    fn filter(&self, field: &Field<'_>) -> Read<String> {
        let text = field.text()?;
        (self.check)(text, Some(At::After)).map_err(|reason| field.fault(|lang| reason.text(lang).to_owned()))?;
        Ok(text.to_owned())
    }

    fn question(&self, table: &Table<'_>, ask: &Field<'_>) -> Read<Question> {
        let name = ask.one_of(&Kind::NAMES, |name| Kind::NAMES.into_iter().find(|known| *known == name))?;
        let kind = match name {
            "number" => Kind::Number,
            "text" => Kind::Text,
            "blocks" => Kind::Blocks,
            "call" => Kind::Call,
            "choice" => Kind::Choice(self.choices(table)?),
            _ => Kind::Order(calls(table)?),
        };
        let keys = [("choices", matches!(kind, Kind::Choice(_))), ("calls", matches!(kind, Kind::Order(_)))];
        for (key, _) in keys.into_iter().filter(|(_, fits)| !fits) {
            if let Some(field) = table.get(key) {
                return Err(field.fault(|lang| t!(lang, "lesson-not-of-kind", kind = name)));
            }
        }
        let (fixed, from_trace) = self.answer(table, &kind)?;
        let when_wrong = match table.get("when_wrong") {
            Some(field) => hints(&field, &kind)?,
            None => Vec::new(),
        };
        Ok(Question { kind, fixed, from_trace, when_wrong })
    }

    fn choices(&self, table: &Table<'_>) -> Read<Vec<Choice>> {
        let field = table.require("choices", |lang| t!(lang, "lesson-what-choices"))?;
        let fields = field.array(|lang| t!(lang, "lesson-what-choices"))?;
        if !(2..=MAX_CHOICES).contains(&fields.len()) {
            return Err(field.fault(|lang| t!(lang, "lesson-number-of-choices", most = MAX_CHOICES)));
        }
        let choice = |field: &Field<'_>| {
            let table = field.table(&["en", "zh", "when"])?;
            let when = table.get("when").map(|field| self.filter(&field)).transpose()?;
            Ok(Choice { text: text_of(&table, MAX_SHORT_CHARS)?, when })
        };
        fields.iter().map(choice).collect()
    }

    fn answer(&self, table: &Table<'_>, kind: &Kind) -> Read<(Option<Fixed>, Option<FromTrace>)> {
        let by_choices = matches!(kind, Kind::Choice(choices) if choices.iter().any(|choice| choice.when.is_some()));
        let Some(field) = table.get("answer") else {
            if by_choices {
                return Ok((None, None));
            }
            let missing = table.require("answer", |lang| t!(lang, "lesson-what-answer"));
            return missing.map(|_| (None, None));
        };
        if !field.is_table() {
            return Ok((Some(Fixed { value: value(&field, kind)?, on: None }), None));
        }
        let answer = field.table(&["filter", "field", "nth", "is", "on"])?;
        let fixed = match answer.get("is") {
            Some(is) => {
                let on = answer.get("on").map(|on| {
                    let known = System::ALL.map(System::name);
                    on.one_of(&known, |name| System::ALL.into_iter().find(|system| system.name() == name))
                });
                Some(Fixed { value: value(&is, kind)?, on: on.transpose()? })
            }
            None => None,
        };
        let from_trace = match answer.get("filter") {
            Some(filter) => Some(self.computed(&answer, &filter, kind)?),
            None => None,
        };
        for (key, belongs) in [("on", fixed.is_some()), ("field", from_trace.is_some()), ("nth", from_trace.is_some())]
        {
            if let (false, Some(field)) = (belongs, answer.get(key)) {
                return Err(field.fault(|lang| t!(lang, "lesson-stray-key")));
            }
        }
        let only_elsewhere = fixed.as_ref().is_some_and(|fixed| fixed.on.is_some());
        if fixed.is_none() && from_trace.is_none() || only_elsewhere && from_trace.is_none() && !by_choices {
            return Err(field.fault(|lang| t!(lang, "lesson-no-answer")));
        }
        Ok((fixed, from_trace))
    }

    fn computed(&self, answer: &Table<'_>, filter: &Field<'_>, kind: &Kind) -> Read<FromTrace> {
        let fields = kind.fields();
        let Some(usual) = fields.first().copied() else {
            return Err(filter.fault(|lang| t!(lang, "lesson-choice-by-when")));
        };
        let field = match answer.get("field") {
            Some(field) => {
                let known: Vec<&str> = fields.iter().map(|field| field.name()).collect();
                field.one_of(&known, |name| fields.iter().copied().find(|field| field.name() == name))?
            }
            None => usual,
        };
        let nth = match answer.get("nth") {
            Some(nth) if field.is_of_all() => return Err(nth.fault(|lang| t!(lang, "lesson-of-all"))),
            Some(nth) => nth.integer_u32(1..=1_000_000)?,
            None => 1,
        };
        Ok(FromTrace { filter: self.filter(filter)?, field, nth })
    }
}

fn calls(table: &Table<'_>) -> Read<Vec<String>> {
    let field = table.require("calls", |lang| t!(lang, "lesson-what-calls"))?;
    let fields = field.array(|lang| t!(lang, "lesson-what-calls"))?;
    if !(2..=MAX_CHOICES).contains(&fields.len()) {
        return Err(field.fault(|lang| t!(lang, "lesson-number-of-choices", most = MAX_CHOICES)));
    }
    let mut calls: Vec<String> = Vec::new();
    for field in &fields {
        let name = field.one_of(&OP_NAMES, |name| OP_NAMES.into_iter().find(|known| *known == name))?;
        if calls.iter().any(|known| known == name) {
            return Err(field.fault(|lang| t!(lang, "lesson-call-twice")));
        }
        calls.push(name.to_owned());
    }
    Ok(calls)
}

/// An answer of that kind.
fn value(field: &Field<'_>, kind: &Kind) -> Read<Value> {
    Ok(match kind {
        Kind::Number => Value::Number(field.integer_i32(i32::MIN..=i32::MAX)?.into()),
        Kind::Text => {
            let text = field.text()?;
            if text.chars().count() > MAX_ANSWER_CHARS {
                return Err(field.fault(|lang| t!(lang, "lesson-long-text", most = MAX_ANSWER_CHARS)));
            }
            Value::Text(text.to_owned())
        }
        Kind::Blocks => Value::Blocks(field.boolean()?),
        Kind::Choice(choices) => Value::Choice(field.integer_u32(1..=choices.len() as u32)?),
        Kind::Order(calls) => {
            let names = field.array(|lang| t!(lang, "lesson-what-calls"))?;
            let name = |field: &Field<'_>| field.text().map(str::to_owned);
            let names = names.iter().map(name).collect::<Read<Vec<_>>>()?;
            if names.len() != calls.len() || !calls.iter().all(|call| names.contains(call)) {
                return Err(field.fault(|lang| t!(lang, "lesson-other-calls")));
            }
            Value::Order(names)
        }
        Kind::Call => return Err(field.fault(|lang| t!(lang, "lesson-call-by-filter"))),
    })
}

fn hints(field: &Field<'_>, kind: &Kind) -> Read<Vec<Hint>> {
    let fields = field.array(|lang| t!(lang, "lesson-what-hints"))?;
    if let Some(first_too_many) = fields.get(MAX_HINTS) {
        return Err(first_too_many.fault(|lang| t!(lang, "lesson-many-hints", most = MAX_HINTS)));
    }
    let hint = |field: &Field<'_>| {
        let table = field.table(&["is", "en", "zh"])?;
        let is = table.require("is", |lang| t!(lang, "lesson-what-answer"))?;
        Ok(Hint { is: value(&is, kind)?, text: text_of(&table, MAX_SHORT_CHARS)? })
    };
    fields.iter().map(hint).collect()
}

pub(super) fn write(text: &mut String, lesson: &Lesson) {
    text.push_str("[lesson]\n");
    texts(text, "goal.", &lesson.goal);
    texts(text, "source.", &lesson.source);
    for part in &lesson.parts {
        text.push_str("\n[[lesson.parts]]\n");
        write_part(text, part);
    }
}

fn write_part(text: &mut String, part: &Part) {
    let Part { title, text: body, task, ready, run, ask, explain, show } = part;
    texts(text, "title.", title);
    texts(text, "text.", body);
    texts(text, "do.", task);
    if let Some(ready) = ready {
        line(text, "ready", &quoted(ready));
    }
    if *run {
        line(text, "run", "true");
    }
    if let Some(Show { view, call }) = show {
        line(text, "show", &quoted(view));
        if let Some(call) = call {
            line(text, "call", &quoted(call));
        }
    }
    texts(text, "explain.", explain);
    let Some(Question { kind, fixed, from_trace, when_wrong }) = ask else { return };
    line(text, "ask", &quoted(kind.name()));
    if let Kind::Order(calls) = kind {
        line(text, "calls", &list(calls));
    }
    match (fixed, from_trace) {
        (None, None) => {}
        (Some(Fixed { value, on: None }), None) => line(text, "answer", &written(value)),
        (fixed, from_trace) => {
            let mut parts = Vec::new();
            if let Some(Fixed { value, on }) = fixed {
                parts.push(pair("is", &written(value)));
                parts.extend(on.map(|on| pair("on", &quoted(on.name()))));
            }
            if let Some(FromTrace { filter, field, nth }) = from_trace {
                parts.push(pair("filter", &quoted(filter)));
                parts.push(pair("field", &quoted(field.name())));
                parts.extend((*nth != 1).then(|| pair("nth", &nth.to_string())));
            }
            line(text, "answer", &inline(&parts));
        }
    }
    if let Kind::Choice(choices) = kind {
        for Choice { text: choice, when } in choices {
            text.push_str("\n[[lesson.parts.choices]]\n");
            texts(text, "", choice);
            if let Some(when) = when {
                line(text, "when", &quoted(when));
            }
        }
    }
    for Hint { is, text: hint } in when_wrong {
        text.push_str("\n[[lesson.parts.when_wrong]]\n");
        line(text, "is", &written(is));
        texts(text, "", hint);
    }
}

fn texts(text: &mut String, before: &str, value: &Localized) {
    if value.is_empty() {
        return;
    }
    for (key, lang) in [("en", Lang::En), ("zh", Lang::ZhCn)] {
        line(text, &format!("{before}{key}"), &quoted_lines(value.text(lang)));
    }
}

fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    format!("[{}]", names.join(", "))
}

fn written(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::Text(text) => quoted(text),
        Value::Blocks(blocks) => blocks.to_string(),
        Value::Choice(place) => place.to_string(),
        Value::Order(calls) => list(calls),
        Value::Call(seq) => seq.to_string(),
    }
}
