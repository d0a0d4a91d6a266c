//! What of the window is shown where there is little room. The panes come first: a message can be typed and sent, two
//! rows of the conversation and of the table can be read, at every size and zoom. What is worth least is hidden first:
//! the addresses, the list of endpoints (to a strip, then to nothing), the inspector, the note, the steps.

use eframe::egui::Vec2;

/// The width of the strip that stands for the list of endpoints.
pub const STRIP: f32 = 40.0;

/// Where the window is narrower than this the inspector stays away unless the user wants it.
const ROOM_FOR_INSPECTOR: f32 = 1100.0;
/// The least width that the panes keep beside the list and the inspector.
const PANES: f32 = 560.0;
/// About the width of the list of endpoints, and of the inspector.
const LIST: f32 = 212.0;
const INSPECTOR: f32 = 286.0;
/// Below this height the list needs all of its panel.
const ROOM_FOR_ADDRESSES: f32 = 420.0;
/// Below these heights the note and the steps leave the panes their room.
const ROOM_FOR_NOTE: f32 = 330.0;
const ROOM_FOR_STEPS: f32 = 290.0;
/// Three endpoints are in sight, whatever else is in the list.
const ENDPOINTS: f32 = 90.0;
/// Below this width there is no room for a strip either.
const ROOM_FOR_STRIP: f32 = 440.0;

/// What the user wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub endpoints: bool,
    /// `None` where the user has not said.
    pub inspector: Option<bool>,
}

/// How much of the list of endpoints is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    Whole,
    Strip,
    Away,
}

/// What there is room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    pub list: List,
    pub addresses: bool,
    pub inspector: bool,
    pub note: bool,
    pub steps: bool,
}

impl Room {
    /// In a window of that size, in points.
    pub fn of(size: Vec2, wanted: Wanted) -> Self {
        let inspector = wanted.inspector.unwrap_or(size.x >= ROOM_FOR_INSPECTOR) && size.x >= PANES + INSPECTOR + STRIP;
        let left = size.x - if inspector { INSPECTOR } else { 0.0 };
        let list = match wanted.endpoints {
            true if left >= PANES + LIST => List::Whole,
            true if left >= ROOM_FOR_STRIP => List::Strip,
            _ => List::Away,
        };
        Self {
            list,
            addresses: size.y >= ROOM_FOR_ADDRESSES,
            inspector,
            note: size.y >= ROOM_FOR_NOTE,
            steps: size.y >= ROOM_FOR_STEPS,
        }
    }
}

/// The heights of what stands one below the other in the list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// The most that the endpoints take.
    pub endpoints: f32,
    pub programs: f32,
    pub addresses: bool,
}

impl Column {
    /// In so much height, with the programs and addresses as high as they would like to be. `least`: what the programs need
    /// at least, where there are any.
    pub fn of(height: f32, programs: f32, addresses: f32, least: f32) -> Self {
        let with_addresses = height >= ENDPOINTS + programs.min(2.0 * least) + addresses;
        let left = height - if with_addresses { addresses } else { 0.0 };
        let programs = programs.min((left - ENDPOINTS).max(least));
        Self { endpoints: (left - programs).max(ENDPOINTS), programs, addresses: with_addresses && addresses > 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use eframe::egui::vec2;

    use super::*;

    const ALL: Wanted = Wanted { endpoints: true, inspector: Some(true) };
    const UNSAID: Wanted = Wanted { endpoints: true, inspector: None };

    #[test]
    fn the_panes_keep_their_width_whatever_is_wanted() {
        for width in (360..2000).step_by(20) {
            for wanted in [ALL, UNSAID] {
                let room = Room::of(vec2(width as f32, 600.0), wanted);
                let list = match room.list {
                    List::Whole => LIST,
                    List::Strip => STRIP,
                    List::Away => 0.0,
                };
                let panes = width as f32 - list - if room.inspector { INSPECTOR } else { 0.0 };
                assert!(panes >= PANES.min(width as f32 - STRIP), "{width}: {room:?}");
            }
        }
    }

    #[test]
    fn what_is_worth_least_gives_way_first() {
        let at = |width, height| Room::of(vec2(width, height), UNSAID);
        assert_eq!(at(1440.0, 900.0).list, List::Whole);
        assert!(at(1440.0, 900.0).inspector && at(1440.0, 900.0).addresses);
        // 1440x900 at 200 %.
        let zoomed = at(720.0, 450.0);
        assert_eq!((zoomed.list, zoomed.inspector), (List::Strip, false));
        assert!(zoomed.note && zoomed.steps);
        let low = at(720.0, 300.0);
        assert!(!low.addresses && !low.note && low.steps);
        assert_eq!(at(360.0, 240.0).list, List::Away);
    }

    #[test]
    fn endpoints_and_programs_are_in_sight_before_the_addresses() {
        const LEAST: f32 = 84.0;
        let column = |height, programs, addresses| Column::of(height, programs, addresses, LEAST);
        let roomy = column(700.0, 280.0, 150.0);
        assert_eq!((roomy.endpoints, roomy.programs, roomy.addresses), (270.0, 280.0, true));
        // 900x600, with nine rows of programs.
        let low = column(460.0, 280.0, 150.0);
        assert_eq!((low.endpoints, low.programs, low.addresses), (90.0, 220.0, true));
        let lower = column(330.0, 280.0, 150.0);
        assert_eq!((lower.endpoints, lower.programs, lower.addresses), (90.0, 240.0, false));
        for height in (174..900).step_by(7) {
            let Column { endpoints, programs, addresses } = column(height as f32, 280.0, 150.0);
            let whole = endpoints + programs + if addresses { 150.0 } else { 0.0 };
            assert!(whole <= height as f32 && endpoints >= 90.0 && programs >= LEAST, "{height}");
        }
        assert!(column(300.0, 0.0, 150.0).addresses, "without programs");
    }

    #[test]
    fn what_the_user_put_away_stays_away() {
        let room = Room::of(vec2(2000.0, 1000.0), Wanted { endpoints: false, inspector: Some(false) });
        assert_eq!((room.list, room.inspector), (List::Away, false));
    }
}
