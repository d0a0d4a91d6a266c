//! Trouble, in words: one line laid over the panes says the newest, with a list of all behind it. Nothing moves when it
//! comes or goes, so that nobody clicks on something else than was meant.

mod window_notice;

use eframe::egui::accesskit::Live;
use eframe::egui::{
    self, Align, Area, Color32, Context, Frame, Key, Label, Layout, Margin, Modifiers, Order, Rect, RichText,
    ScrollArea, Stroke, Ui, pos2,
};
use egui_material_icons::MaterialIcon;
use egui_material_icons::icons::{
    ICON_CLOSE, ICON_ERROR, ICON_EXPAND_LESS, ICON_EXPAND_MORE, ICON_INFO, ICON_NOTIFICATIONS, ICON_WARNING,
};

use crate::explain;
use crate::lab::EndpointId;
use crate::lang::Lang;
use crate::session::{Action, Logged};
use crate::t;
use crate::trace::Nanos;
use crate::trace::notice::Level;
use crate::ui::controls;
use crate::ui::regions::{Place, region};
use crate::ui::theme::{self, GAP, PANE_ROUNDING, Tokens};
use crate::ui::view::{View, ViewRequest};
use crate::ui::widgets::ends;
use crate::ui::widgets::remedies::remedies_ui;
pub use window_notice::WindowNotice;

/// The newest that the list shows; it says how many more there are.
const LISTED: usize = 100;
/// The line is no wider than this, in points: a title needs no more.
const WIDEST: f32 = 760.0;
/// Below this width the line has no room for the endpoint's name and for what can be done about it.
const NARROW: f32 = 560.0;
/// How much of the panes' height the list may take.
const LIST_SHARE: f32 = 0.7;

/// The window's own notices, and whether the list is open.
#[derive(Debug, Default)]
pub struct NoticePanel {
    window: Vec<Stamped>,
    open: bool,
}

/// A notice of the window with the time at which it was first drawn.
#[derive(Debug)]
struct Stamped {
    at: Option<Nanos>,
    notice: WindowNotice,
}

/// Which notice an entry is of.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Source {
    Window(usize),
    Session(u64),
}

/// One notice as it is drawn.
struct Entry<'a> {
    source: Source,
    level: Level,
    /// Title, meaning and advice.
    texts: [String; 3],
    times: u32,
    endpoint: Option<(EndpointId, &'a str)>,
    logged: Option<&'a Logged>,
}

impl Extend<WindowNotice> for NoticePanel {
    fn extend<I: IntoIterator<Item = WindowNotice>>(&mut self, notices: I) {
        notices.into_iter().for_each(|notice| self.push(notice));
    }
}

impl NoticePanel {
    /// The same again is the newest, and not a second one.
    pub fn push(&mut self, notice: WindowNotice) {
        self.end(|kept| *kept == notice);
        self.window.push(Stamped { at: None, notice });
    }

    /// Lets go what is over.
    pub fn end(&mut self, is_over: impl Fn(&WindowNotice) -> bool) {
        self.window.retain(|stamped| !is_over(&stamped.notice));
    }

    /// Lays the line, or the list, over `room`, at its top.
    pub fn ui(&mut self, ctx: &Context, view: &mut View<'_>, room: Rect) {
        let now = view.session.now();
        for stamped in &mut self.window {
            stamped.at.get_or_insert(now);
        }
        if self.total(view) == 0 {
            self.open = false;
            return;
        }
        let is_alone = ctx.memory(|memory| memory.top_modal_layer().is_none()) && !egui::Popup::is_any_open(ctx);
        if self.open && is_alone && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            self.open = false;
        }
        let newest = if self.open { None } else { self.newest(view) };
        if !self.open && newest.is_none() {
            return;
        }
        let width = (room.width() - 2.0 * GAP).min(WIDEST);
        let at = pos2(room.center().x - width / 2.0, room.top() + GAP);
        let area = Area::new(egui::Id::unique("notices")).order(Order::Middle).fixed_pos(at).constrain(false);
        area.show(ctx, |ui| {
            let level = newest.as_ref().map_or(Level::Info, |entry| entry.level);
            let (colour, ..) = look(view.tokens, view.lang, level);
            frame(view.tokens, colour).show(ui, |ui| {
                ui.set_width(width - 16.0);
                region(ui, egui::Id::unique("part notices"), Place::Notices, |ui| match &newest {
                    Some(entry) => self.line_ui(ui, view, entry),
                    None => self.list_ui(ui, view, (room.height() * LIST_SHARE - 60.0).max(60.0)),
                });
            });
        });
    }

    /// In the status bar: how many there are, also while none of them asks for attention.
    pub fn status_ui(&mut self, ui: &mut Ui, view: &View<'_>) {
        let total = self.total(view);
        if total == 0 {
            return;
        }
        let loudest = self.loudest(view);
        let (colour, ..) = look(view.tokens, view.lang, loudest);
        let icon = ICON_NOTIFICATIONS.rich_text().size(14.0).color(colour);
        let button = egui::Button::new((icon, RichText::new(total.to_string()).size(12.0)))
            .gap(3.0)
            .frame_when_inactive(false)
            // Else the bar would grow, and all that stands above it would move.
            .small();
        let name = t!(view.lang, "trouble-count", count = total);
        let response = ui.add(button).on_hover_text(name.as_ref());
        controls::name_it(&response, true, &name);
        if response.clicked() {
            self.open = !self.open;
        }
    }

    fn total(&self, view: &View<'_>) -> usize {
        view.session.notices().iter().len() + self.window.len()
    }

    fn loudest(&self, view: &View<'_>) -> Level {
        let window = self.window.iter().map(|stamped| stamped.notice.level());
        let session = view.session.notices().iter().map(|logged| logged.notice.kind.level());
        window.chain(session).max().unwrap_or(Level::Info)
    }

    /// The newest of those that ask for attention.
    fn newest<'a>(&self, view: &View<'a>) -> Option<Entry<'a>> {
        let logged = view.session.notices().iter().rev().find(|logged| !logged.notice.kind.is_the_peers());
        let own = self.window.len().checked_sub(1).and_then(|place| Some((place, self.window[place].at?)));
        match (logged, own) {
            (Some(logged), Some((_, at))) if logged.notice.at >= at => Some(of_session(view, logged)),
            (_, Some((place, _))) => self.of_window(view.lang, place),
            (Some(logged), None) => Some(of_session(view, logged)),
            (None, None) => None,
        }
    }

    fn of_window<'a>(&self, lang: Lang, place: usize) -> Option<Entry<'a>> {
        let notice = &self.window.get(place)?.notice;
        let (level, texts) = (notice.level(), notice.texts(lang));
        Some(Entry { source: Source::Window(place), level, texts, times: 1, endpoint: None, logged: None })
    }

    fn line_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, entry: &Entry<'_>) {
        let (colour, icon, word) = look(view.tokens, view.lang, entry.level);
        let roomy = ui.available_width() >= NARROW;
        let total = self.total(view);
        ui.horizontal(|ui| {
            ui.label(icon.rich_text().size(17.0).color(colour)).accessible_name(word.as_str());
            let (id, room) = ends::line(ui);
            title_ui(&mut ends::beside(ui, id, room), view, entry);
            ends::draw(ui, id, room, |ui| {
                ui.spacing_mut().item_spacing.x = 4.0;
                times_ui(ui, entry, colour);
                if roomy {
                    endpoint_ui(ui, view, entry);
                    remedies(ui, view, entry);
                }
                let name = t!(view.lang, "trouble-show-all", count = total);
                let count = if total > 1 { total.to_string() } else { String::new() };
                let button = egui::Button::new((RichText::new(count), ICON_EXPAND_MORE.rich_text().size(16.0)));
                let response = ui.add(button.gap(2.0).frame_when_inactive(false)).on_hover_text(name.as_ref());
                controls::name_it(&response, true, &name);
                if response.clicked() {
                    self.open = true;
                }
                self.dismiss_ui(ui, view, entry);
            });
        });
    }

    fn list_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, max_height: f32) {
        let total = self.total(view);
        ui.horizontal(|ui| {
            ui.label(theme::strong(t!(view.lang, "trouble-heading")));
            let (id, room) = ends::line(ui);
            ends::draw(ui, id, room, |ui| {
                if controls::ghost(ui, t!(view.lang, "trouble-dismiss-all").as_ref()).clicked() {
                    self.window.clear();
                    view.act(Action::DismissNotices);
                }
                if controls::icon(ui, ICON_EXPAND_LESS, &t!(view.lang, "trouble-fold")).clicked() {
                    self.open = false;
                }
            });
        });
        let entries = self.entries(view);
        ScrollArea::vertical().id_salt("notices").max_height(max_height).auto_shrink([false, true]).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            for entry in &entries {
                self.card_ui(ui, view, entry);
            }
            let more = total.saturating_sub(entries.len()) as u64 + view.session.notices().left();
            if more > 0 {
                let text = t!(view.lang, "trouble-more", count = more.to_string());
                ui.label(RichText::new(text).size(12.0).color(view.tokens.muted));
            }
        });
    }

    /// The newest first.
    fn entries<'a>(&self, view: &View<'a>) -> Vec<Entry<'a>> {
        let mut order: Vec<(Nanos, Source, Option<&Logged>)> = Vec::new();
        for (place, stamped) in self.window.iter().enumerate().rev() {
            order.push((stamped.at.unwrap_or_default(), Source::Window(place), None));
        }
        for logged in view.session.notices().iter().rev().take(LISTED) {
            order.push((logged.notice.at, Source::Session(logged.number), Some(logged)));
        }
        order.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
        let entry = |(_, source, logged): (Nanos, Source, Option<&'a Logged>)| match (source, logged) {
            (Source::Window(place), _) => self.of_window(view.lang, place),
            (Source::Session(_), logged) => logged.map(|logged| of_session(view, logged)),
        };
        order.into_iter().take(LISTED).filter_map(entry).collect()
    }

    fn card_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, entry: &Entry<'_>) {
        let (colour, icon, word) = look(view.tokens, view.lang, entry.level);
        let tokens = view.tokens;
        frame(tokens, colour).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.horizontal(|ui| {
                ui.label(icon.rich_text().size(17.0).color(colour)).accessible_name(word.as_str());
                ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                    self.dismiss_ui(ui, view, entry);
                    times_ui(ui, entry, colour);
                    ui.with_layout(Layout::top_down(Align::Min), |ui| {
                        words(ui, tokens, &entry.texts);
                        ui.horizontal_wrapped(|ui| {
                            endpoint_ui(ui, view, entry);
                            remedies(ui, view, entry);
                        });
                    });
                });
            });
        });
    }

    fn dismiss_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, entry: &Entry<'_>) {
        let name = t!(view.lang, "trouble-dismiss", title = entry.texts[0].as_str());
        if controls::icon(ui, ICON_CLOSE, &name).clicked() {
            match entry.source {
                Source::Window(place) if place < self.window.len() => {
                    self.window.remove(place);
                }
                Source::Window(_) => {}
                Source::Session(number) => view.act(Action::DismissNotice(number)),
            }
        }
    }
}

fn title_ui(ui: &mut Ui, view: &View<'_>, entry: &Entry<'_>) {
    let title = theme::strong(&entry.texts[0]).color(view.tokens.text);
    let response = ui.add(Label::new(title).truncate());
    // A screen reader says it when it comes.
    let live = if entry.level == Level::Error { Live::Assertive } else { Live::Polite };
    controls::announce(&response, live);
    response.on_hover_ui(|ui| words(ui, view.tokens, &entry.texts));
}

fn of_session<'a>(view: &View<'a>, logged: &'a Logged) -> Entry<'a> {
    let notice = &logged.notice;
    let endpoint = notice.endpoint.and_then(|id| view.session.endpoint(id));
    let endpoint = endpoint.map(|endpoint| (endpoint.id, endpoint.spec.name.as_str()));
    let explained = explain::notice(view.lang, notice, endpoint.map(|(_, name)| name));
    Entry {
        source: Source::Session(logged.number),
        level: notice.kind.level(),
        texts: [explained.title, explained.meaning, explained.advice],
        times: logged.times,
        endpoint,
        logged: Some(logged),
    }
}

/// The way to the endpoint that it is about.
fn endpoint_ui(ui: &mut Ui, view: &mut View<'_>, entry: &Entry<'_>) {
    let Some((endpoint, name)) = entry.endpoint else { return };
    if ui.link(name).on_hover_text(t!(view.lang, "endpoint-show")).clicked() {
        view.selection.select_endpoint(endpoint);
        view.requests.push(ViewRequest::Show(endpoint));
    }
}

/// What can be done about it by a click.
fn remedies(ui: &mut Ui, view: &mut View<'_>, entry: &Entry<'_>) {
    if let Some(logged) = entry.logged {
        remedies_ui(ui, view, logged);
    }
}

fn times_ui(ui: &mut Ui, entry: &Entry<'_>, colour: Color32) {
    if entry.times > 1 {
        controls::chip(ui, &format!("×{}", entry.times), colour);
    }
}

fn words(ui: &mut Ui, tokens: &Tokens, [title, meaning, advice]: &[String; 3]) {
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.add(Label::new(theme::strong(title).color(tokens.text)).wrap());
    if !meaning.is_empty() {
        ui.add(Label::new(RichText::new(meaning).size(12.0).color(tokens.text)).wrap());
    }
    if !advice.is_empty() {
        ui.add(Label::new(RichText::new(advice).size(12.0).color(tokens.muted)).wrap());
    }
}

/// Opaque: what lies below must not shine through the words.
fn frame(tokens: &Tokens, colour: Color32) -> Frame {
    Frame::new()
        .fill(tokens.pane.lerp_to_gamma(colour, 0.08))
        .stroke(Stroke::new(1.0, tokens.line.lerp_to_gamma(colour, 0.5)))
        .corner_radius(f32::from(PANE_ROUNDING))
        .inner_margin(Margin::symmetric(8, 3))
}

fn look(tokens: &Tokens, lang: Lang, level: Level) -> (Color32, MaterialIcon, String) {
    let (colour, icon, word) = match level {
        Level::Info => (tokens.accent, ICON_INFO, t!(lang, "level-info")),
        Level::Warning => (tokens.sent, ICON_WARNING, t!(lang, "level-warning")),
        Level::Error => (tokens.error, ICON_ERROR, t!(lang, "level-error")),
    };
    (colour, icon, word.into_owned())
}
