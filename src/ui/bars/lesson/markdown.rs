//! Markdown as the column shows it: each paragraph is one text, so that it is selected and read aloud as one. Pictures and
//! HTML are not shown, and a link says where it leads: a lesson may be anybody's.

use eframe::egui::text::LayoutJob;
use eframe::egui::{Color32, FontFamily, FontId, Frame, Label, Margin, TextFormat, Ui};
use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};

use crate::desktop::fonts::STRONG;
use crate::lang::Lang;
use crate::lang::visible::visible_lines;
use crate::ui::theme::{ROUNDING, Tokens};

/// The lines of a text stand apart by so much of its size.
const LINE: f32 = 1.5;
/// How far a list or a quotation is indented, by the size of the text.
const INDENT: f32 = 1.1;

/// Draws the text with the width that there is.
pub fn show(ui: &mut Ui, lang: Lang, text: &str, size: f32) {
    let text = visible_lines(text);
    let mut writer = Writer::new(Tokens::of(ui), lang, size);
    for event in Parser::new(&text) {
        writer.take(ui, event);
    }
    writer.flush(ui);
}

struct Writer {
    tokens: &'static Tokens,
    lang: Lang,
    size: f32,
    job: LayoutJob,
    strong: u32,
    emphasis: u32,
    heading: Option<HeadingLevel>,
    /// The numbers of the lists that are open; `None` where points are not numbered.
    lists: Vec<Option<u64>>,
    quotes: u32,
    /// What stands before the next paragraph of a list.
    marker: Option<String>,
    code: Option<String>,
    /// Where the link leads, and what it says.
    link: Option<(String, String)>,
}

impl Writer {
    fn new(tokens: &'static Tokens, lang: Lang, size: f32) -> Self {
        Self {
            tokens,
            lang,
            size,
            job: LayoutJob::default(),
            strong: 0,
            emphasis: 0,
            heading: None,
            lists: Vec::new(),
            quotes: 0,
            marker: None,
            code: None,
            link: None,
        }
    }

    fn take(&mut self, ui: &mut Ui, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.begin(ui, tag),
            Event::End(tag) => self.end(ui, tag),
            Event::Text(text) => match &mut self.code {
                Some(code) => code.push_str(&text),
                None => self.append(&text, false),
            },
            Event::Code(text) => self.append(&text, true),
            Event::Html(text) | Event::InlineHtml(text) => self.append(&text, false),
            // A line of Chinese goes on without a blank.
            Event::SoftBreak => {
                if self.lang == Lang::En {
                    self.append(" ", false);
                }
            }
            Event::HardBreak => self.append("\n", false),
            Event::Rule => {
                self.flush(ui);
                ui.separator();
            }
            Event::FootnoteReference(_) | Event::TaskListMarker(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
    }

    fn begin(&mut self, ui: &mut Ui, tag: Tag<'_>) {
        match tag {
            Tag::Strong => self.strong += 1,
            Tag::Emphasis => self.emphasis += 1,
            Tag::Heading { level, .. } => self.heading = Some(level),
            Tag::List(first) => {
                self.flush(ui);
                self.lists.push(first);
            }
            Tag::Item => {
                self.marker = Some(match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}.", *number - 1)
                    }
                    _ => "•".to_owned(),
                });
            }
            Tag::BlockQuote(_) => self.quotes += 1,
            Tag::CodeBlock(_) => {
                self.flush(ui);
                self.code = Some(String::new());
            }
            Tag::Link { dest_url, .. } => self.link = Some((dest_url.into_string(), String::new())),
            _ => {}
        }
    }

    fn end(&mut self, ui: &mut Ui, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.strong = self.strong.saturating_sub(1),
            TagEnd::Emphasis => self.emphasis = self.emphasis.saturating_sub(1),
            TagEnd::Heading(_) => {
                self.flush(ui);
                self.heading = None;
            }
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.flush(ui),
            TagEnd::Item => {
                self.flush(ui);
                self.marker = None;
            }
            TagEnd::List(_) => _ = self.lists.pop(),
            TagEnd::BlockQuote(_) => {
                self.flush(ui);
                self.quotes = self.quotes.saturating_sub(1);
            }
            TagEnd::CodeBlock => {
                if let Some(code) = self.code.take() {
                    self.block(ui, code.trim_end());
                }
            }
            TagEnd::Link => {
                if let Some((to, said)) = self.link.take().filter(|(to, said)| to != said && !to.is_empty()) {
                    let space = if said.is_empty() { "" } else { " " };
                    self.append(&format!("{space}<{to}>"), false);
                }
            }
            _ => {}
        }
    }

    fn append(&mut self, text: &str, code: bool) {
        if let Some((_, said)) = &mut self.link {
            said.push_str(text);
        }
        let size = match self.heading {
            Some(HeadingLevel::H1 | HeadingLevel::H2) => self.size * 1.2,
            _ => self.size,
        };
        // Slanted Chinese is hard to read.
        let is_slanted = self.emphasis > 0 && self.lang == Lang::En;
        let is_strong = self.strong > 0 || self.heading.is_some() || self.emphasis > 0 && !is_slanted;
        let family = match (code, is_strong) {
            (true, _) => FontFamily::Monospace,
            (false, true) => FontFamily::Name(STRONG.into()),
            (false, false) => FontFamily::Proportional,
        };
        let colour = match () {
            () if self.link.is_some() => self.tokens.accent,
            () if self.quotes > 0 => self.tokens.muted,
            () => self.tokens.text,
        };
        let format = TextFormat {
            italics: is_slanted && !code,
            background: if code { self.tokens.highlight } else { Color32::TRANSPARENT },
            line_height: Some(size * LINE),
            ..TextFormat::simple(FontId::new(if code { size - 1.0 } else { size }, family), colour)
        };
        self.job.append(text, 0.0, format);
    }

    /// Draws the paragraph that was gathered.
    fn flush(&mut self, ui: &mut Ui) {
        let mut job = std::mem::take(&mut self.job);
        if job.text.trim().is_empty() {
            return;
        }
        let depth = self.lists.len() as f32 + self.quotes as f32;
        let indent = depth * self.size * INDENT;
        let marker = self.marker.take();
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            let left = ui.available_rect_before_wrap().left();
            ui.add_space(indent);
            if let Some(marker) = marker {
                let font = FontId::new(self.size, FontFamily::Proportional);
                let at = eframe::egui::pos2(left + indent - self.size * 0.35, ui.max_rect().top() + self.size * 0.2);
                ui.painter().text(at, eframe::egui::Align2::RIGHT_TOP, marker, font, self.tokens.muted);
            }
            job.wrap.max_width = ui.available_width();
            ui.add(Label::new(job).selectable(true).wrap());
        });
        ui.add_space(self.size * 0.25);
    }

    fn block(&self, ui: &mut Ui, code: &str) {
        Frame::new().fill(self.tokens.highlight).corner_radius(f32::from(ROUNDING)).inner_margin(Margin::same(8)).show(
            ui,
            |ui| {
                ui.set_width(ui.available_width());
                let format = TextFormat {
                    line_height: Some(self.size * 1.35),
                    ..TextFormat::simple(FontId::new(self.size - 1.0, FontFamily::Monospace), self.tokens.text)
                };
                let mut job = LayoutJob::default();
                job.append(code, 0.0, format);
                job.wrap.max_width = ui.available_width();
                ui.add(Label::new(job).selectable(true).wrap());
            },
        );
        ui.add_space(self.size * 0.4);
    }
}
