//! The parts of the window among which F6 goes: the list, each pane, the inspector, the notices. Each frame they say where
//! they are; where the keyboard was in a part, it comes back to.

use std::collections::HashMap;

use eframe::egui::{Context, FocusDirection, Id, LayerId, Rect, Ui};

use super::widgets::focus;

/// In this order, and then as they are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Lesson,
    List,
    Pane,
    Inspector,
    Playhead,
    Notices,
}

#[derive(Clone, Copy, Debug)]
struct Region {
    id: Id,
    place: Place,
    layer: LayerId,
    rect: Rect,
    /// What gets the keyboard when the user comes for the first time; else the first that takes it.
    aim: Option<Id>,
}

#[derive(Clone, Debug, Default)]
struct Regions {
    /// The last frame's, and this one's so far.
    last: Vec<Region>,
    now: Vec<Region>,
    /// The number of the frame that `now` belongs to.
    frame: u64,
    /// Those that are being drawn, as places in `now`.
    open: Vec<usize>,
    /// The first widget of this one gets the keyboard.
    wanted: Option<Id>,
    /// Where the keyboard was in each.
    left_at: HashMap<Id, Id>,
}

fn with<R>(ctx: &Context, act: impl FnOnce(&mut Regions) -> R) -> R {
    let frame = ctx.cumulative_pass_nr();
    ctx.data_mut(|data| {
        let regions = data.get_temp_mut_or_default::<Regions>(Id::unique("regions"));
        if regions.frame != frame {
            regions.frame = frame;
            regions.last = std::mem::take(&mut regions.now);
            regions.open.clear();
        }
        act(regions)
    })
}

/// Draws a part of the window.
pub fn region<R>(ui: &mut Ui, id: Id, place: Place, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let region = Region { id, place, layer: ui.layer_id(), rect: ui.max_rect(), aim: None };
    let wanted = with(ui.ctx(), |regions| {
        regions.open.push(regions.now.len());
        regions.now.push(region);
        let wanted = regions.wanted == Some(id);
        if wanted {
            regions.wanted = None;
        }
        wanted
    });
    if wanted {
        // egui gives the keyboard to the next widget that takes it.
        ui.memory_mut(|memory| {
            if let Some(focused) = memory.focused() {
                memory.surrender_focus(focused);
            }
            memory.move_focus(FocusDirection::Next);
        });
    }
    let drawn = contents(ui);
    // The notices lie over the panes, and are as large as what they say.
    let taken = ui.min_rect();
    with(ui.ctx(), |regions| {
        let region = regions.open.pop().and_then(|at| regions.now.get_mut(at));
        if let Some(region) = region.filter(|region| region.place == Place::Notices) {
            region.rect = region.rect.intersect(taken);
        }
    });
    drawn
}

/// The widget that gets the keyboard in the part that is being drawn; the first one that is named does.
pub fn aim(ctx: &Context, id: Id) {
    with(ctx, |regions| {
        if let Some(region) = regions.open.last().copied().and_then(|at| regions.now.get_mut(at)) {
            region.aim.get_or_insert(id);
        }
    });
}

/// The keyboard goes on to the next part, or back to the one before. To be called when everything is drawn.
pub fn go(ctx: &Context, back: bool) {
    let focused = ctx.memory(|memory| memory.focused());
    let response = focused.and_then(|id| ctx.read_response(id));
    let mut regions = with(ctx, |regions| regions.now.clone());
    regions.sort_by_key(|region| region.place);
    let count = regions.len();
    if count == 0 {
        return;
    }
    let here = response.as_ref().and_then(|response| {
        let holds = |region: &Region| region.layer == response.layer_id && region.rect.contains(response.rect.center());
        regions.iter().position(holds)
    });
    let next = match (here, back) {
        (Some(here), false) => (here + 1) % count,
        (Some(here), true) => (here + count - 1) % count,
        (None, false) => 0,
        (None, true) => count - 1,
    };
    let Some(region) = regions.get(next) else { return };
    let left_at = with(ctx, |regions_now| {
        if let (Some(here), Some(focused)) = (here.and_then(|here| regions.get(here)), focused) {
            regions_now.left_at.insert(here.id, focused);
        }
        regions_now.left_at.get(&region.id).copied()
    });
    // It may have gone, or may be grey by now.
    let is_there = |id: &Id| {
        ctx.read_response(*id)
            .is_some_and(|response| response.enabled() && region.rect.contains(response.rect.center()))
    };
    match left_at.filter(is_there).or(region.aim) {
        Some(id) => focus::give_to(ctx, id),
        None => with(ctx, |regions| regions.wanted = Some(region.id)),
    }
    ctx.request_repaint();
}
