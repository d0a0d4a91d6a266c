//! The multicast groups of a UDP socket as a strip that folds away: those it is a member of, each with a button to leave
//! it, and a small field to join another.

use eframe::egui::{
    Align2, Button, Color32, Frame, Id, Key, Label, Margin, Panel, RichText, TextEdit, TextStyle, Ui, vec2,
};
use egui_material_icons::icons::ICON_CLOSE;

use crate::explain::unreachable_groups;
use crate::lab::endpoint_options;
use crate::lab::group::{GroupError, MAX_GROUPS};
use crate::lab::{Addr, Group};
use crate::lang::Lang;
use crate::lang::Words as _;
use crate::session::{Action, Endpoint};
use crate::t;
use crate::ui::controls;
use crate::ui::theme::SMALL;
use crate::ui::view::View;
use crate::ui::widgets::field;
use crate::ui::widgets::focus;

/// The least height of the rest of the pane at which the strip unfolds of its own accord.
const ROOM_UNFOLDED: f32 = 130.0;

/// Room for an IPv6 address and the name of an interface, in points.
const FIELD: f32 = 360.0;

#[derive(Debug, Default)]
pub struct Groups {
    /// `None` until the user has folded or unfolded it: shown where there are groups and there is room.
    unfolded: Option<bool>,
    text: String,
    /// What was asked for and is not yet there; the text stays until then.
    asked: Option<Group>,
}

impl Groups {
    pub fn ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint) {
        if !endpoint_options::has(endpoint.spec.kind, "groups") {
            return;
        }
        let groups =
            if endpoint.live.is_closed() { &endpoint.spec.datagram.groups } else { &endpoint.live.observed.groups };
        if self.asked.as_ref().is_some_and(|asked| groups.contains(asked)) {
            self.asked = None;
            self.text.clear();
        }
        let unfolded = self.unfolded.unwrap_or(!groups.is_empty() && ui.available_height() >= ROOM_UNFOLDED);
        let frame = Frame::new().inner_margin(Margin { left: 6, right: 6, top: 2, bottom: 2 });
        Panel::top(Id::unique(("groups", endpoint.id.0))).frame(frame).resizable(false).show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = vec2(4.0, 2.0);
                ui.spacing_mut().button_padding = vec2(5.0, 1.0);
                let text = t!(view.lang, "strip-groups", count = groups.len());
                if controls::fold(ui, &text, !unfolded).clicked() {
                    self.unfolded = Some(!unfolded);
                }
                if !unfolded {
                    return;
                }
                for group in groups {
                    group_ui(ui, view, endpoint, group);
                }
            });
            if !unfolded {
                return;
            }
            ui.spacing_mut().item_spacing = vec2(4.0, 2.0);
            ui.spacing_mut().button_padding = vec2(5.0, 1.0);
            self.join_ui(ui, view, endpoint, groups);
            let bound = endpoint.live.local().and_then(Addr::inet).map(|local| local.ip());
            if let Some(why) = bound.and_then(|bound| unreachable_groups::warning(view.lang, groups, bound)) {
                ui.add(Label::new(RichText::new(why).size(SMALL).color(view.tokens.sent)).wrap());
                ui.add_space(3.0);
            }
        });
    }

    fn join_ui(&mut self, ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, groups: &[Group]) {
        let lang = view.lang;
        let checked = check(lang, &self.text, groups);
        let name = t!(lang, "strip-group-field");
        let join_text = t!(lang, "strip-group-join");
        let beside = button_width(ui, &join_text) + ui.spacing().item_spacing.x;
        let edit = TextEdit::singleline(&mut self.text)
            .desired_width(FIELD.min(ui.available_width() - beside))
            .char_limit(400)
            .align(Align2::LEFT_CENTER);
        let edit = edit.hint_text(t!(lang, "opt-groups-example"));
        let (field, join) = ui
            .horizontal(|ui| {
                let field = field::line(ui, edit).accessible_name(name.as_ref());
                let field = field.on_hover_text(t!(lang, "opt-groups-tip"));
                let join = Button::new(join_text.as_ref()).small();
                (field, ui.add_enabled(checked.is_ok(), join))
            })
            .inner;
        let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        match checked {
            Ok(group) if entered || join.clicked() => {
                self.asked = Some(group.clone());
                view.act(Action::JoinGroup { endpoint: endpoint.id, group });
                // The next group can be typed at once.
                focus::give(&field);
            }
            Err(why) if !self.text.trim().is_empty() => {
                ui.add(Label::new(RichText::new(why).size(SMALL).color(view.tokens.error)).wrap());
            }
            Ok(_) | Err(_) => {}
        }
    }
}

/// How wide a button with this text is.
fn button_width(ui: &Ui, text: &str) -> f32 {
    let font = TextStyle::Button.resolve(ui.style());
    let text = ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER);
    text.size().x + 2.0 * ui.spacing().button_padding.x
}

fn group_ui(ui: &mut Ui, view: &mut View<'_>, endpoint: &Endpoint, group: &Group) {
    let text = group.to_string();
    Frame::new().fill(view.tokens.highlight).corner_radius(4.0).inner_margin(Margin::symmetric(5, 0)).show(ui, |ui| {
        ui.label(RichText::new(&text).monospace().size(SMALL).color(view.tokens.text));
        let leave = t!(view.lang, "strip-group-leave", group = text.as_str());
        let icon = ICON_CLOSE.rich_text().size(13.0).color(view.tokens.muted);
        let response = ui.add(Button::new(icon).frame_when_inactive(false).small());
        controls::name_it(&response, ui.is_enabled(), &leave);
        if response.on_hover_text(leave.as_ref()).clicked() {
            view.act(Action::LeaveGroup { endpoint: endpoint.id, group: group.clone() });
        }
    });
}

/// The group that was typed, or what is wrong with it.
fn check(lang: Lang, text: &str, groups: &[Group]) -> Result<Group, String> {
    let group: Group = text.parse().map_err(|error: GroupError| error.sentence(lang))?;
    if groups.contains(&group) {
        return Err(lang.sentence(&t!(lang, "wrong-group-twice", text = group.to_string())));
    }
    if groups.len() >= MAX_GROUPS {
        return Err(lang.sentence(&t!(lang, "wrong-groups-many", most = MAX_GROUPS)));
    }
    Ok(group)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    use eframe::egui;
    use egui_kittest::Harness;
    use egui_kittest::kittest::{NodeT as _, Queryable as _};

    use super::*;
    use crate::lab::{EndpointId, EndpointKind, EndpointSpec, Local};
    use crate::session::Session;
    use crate::ui::view::{Selection, ViewRequest};

    struct Bench {
        harness: Harness<'static>,
        session: Rc<RefCell<Session>>,
        room: EndpointId,
    }

    impl Bench {
        /// The strip of a real UDP socket that is open.
        fn new() -> Self {
            let mut session = Session::new(Arc::new(|| {}), 1 << 20).unwrap();
            let mut spec = EndpointSpec::new("room", EndpointKind::UDP);
            spec.local = Some(Local::LOOPBACK);
            let room = session.act(Action::Add { spec: Box::new(spec), open: true }).unwrap();
            let session = Rc::new(RefCell::new(session));
            let shared = Rc::clone(&session);
            let mut strip = Groups::default();
            let mut selection = Selection::default();
            let harness = Harness::builder()
                .with_size(vec2(500.0, 200.0))
                .with_context_setup(crate::ui::widgets::set_up_for_tests)
                .build_ui(move |ui| {
                    let mut asked = Vec::new();
                    {
                        let session = shared.borrow();
                        let mut view = View::for_test(&session, &mut selection, &mut asked);
                        strip.ui(ui, &mut view, session.endpoint(room).unwrap());
                    }
                    for asked in asked {
                        if let ViewRequest::Act(action) = asked {
                            shared.borrow_mut().act(action);
                        }
                    }
                });
            Self { harness, session, room }
        }

        #[track_caller]
        fn until(&mut self, holds: impl Fn(&Endpoint) -> bool) {
            let deadline = Instant::now() + Duration::from_secs(10);
            loop {
                let mut session = self.session.borrow_mut();
                session.wait_and_pump(Duration::from_millis(20), Duration::from_millis(10), &mut |_| {});
                if holds(session.endpoint(self.room).unwrap()) {
                    break;
                }
                drop(session);
                assert!(Instant::now() < deadline);
            }
            self.harness.run_steps(3);
        }

        fn retype(&mut self, text: &str) {
            self.harness.get_by_label("Group to join").focus();
            self.harness.run_steps(1);
            self.harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
            self.harness.event(egui::Event::Text(text.to_owned()));
            self.harness.run_steps(2);
        }
    }

    #[test]
    fn a_group_is_typed_joined_and_left() {
        let mut bench = Bench::new();
        bench.until(|room| room.live.is_open());
        bench.harness.get_by_label("Multicast groups").click();
        bench.harness.run_steps(3);

        bench.retype("127.0.0.1");
        bench.harness.get_by_label_contains("127.0.0.1 is not a multicast group");
        bench.retype("239.255.77.30%");
        bench.harness.get_by_label_contains("is not an interface");

        bench.retype("239.255.77.30%127.0.0.1");
        bench.harness.key_press(Key::Enter);
        bench.harness.run_steps(2);
        bench.until(|room| room.live.observed.groups.len() == 1 && room.spec.datagram.groups.len() == 1);
        bench.harness.get_by_label("1 multicast group");
        #[cfg(unix)]
        bench.harness.get_by_label_contains("it hears only what is sent to that address");
        assert_eq!(bench.harness.get_by_label("Group to join").accesskit_node().value().unwrap_or_default(), "");

        // A group that is there is refused at once.
        bench.retype("239.255.77.30%127.0.0.1");
        bench.harness.get_by_label_contains("is there already");

        bench.harness.get_by_label("Leave 239.255.77.30%127.0.0.1").click();
        bench.harness.run_steps(2);
        bench.until(|room| room.live.observed.groups.is_empty() && room.spec.datagram.groups.is_empty());
    }

    #[test]
    fn what_could_not_be_joined_stays_in_the_field() {
        let mut bench = Bench::new();
        bench.until(|room| room.live.is_open());
        bench.harness.get_by_label("Multicast groups").click();
        bench.harness.run_steps(3);
        bench.retype("239.255.77.31%nothere9");
        bench.harness.get_by_label("Join").click();
        bench.harness.run_steps(2);
        let deadline = Instant::now() + Duration::from_secs(10);
        while bench.session.borrow().notices().is_empty() {
            assert!(Instant::now() < deadline);
            bench.until(|_| true);
        }
        let typed = bench.harness.get_by_label("Group to join").accesskit_node().value().unwrap_or_default();
        assert_eq!(typed, "239.255.77.31%nothere9");
    }
}
