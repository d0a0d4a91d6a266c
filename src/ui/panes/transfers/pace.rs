//! How far a transfer is, and how fast it went on the way, for bars and plots.

use crate::trace::transfer::Transfer;

/// The approximate number of points of a plot.
const POINTS: usize = 100;

/// How much of it is there, from 0 to 1.
pub fn part(transfer: &Transfer, total: u64) -> f32 {
    if total == 0 { 1.0 } else { (transfer.done() as f64 / total as f64).clamp(0.0, 1.0) as f32 }
}

/// For a plot: seconds since it began, and bytes a second since the point before.
pub fn rates(transfer: &Transfer) -> Vec<[f64; 2]> {
    let (Some((first, _)), Some((last, _))) = (transfer.points.first(), transfer.points.last()) else {
        return Vec::new();
    };
    let width = last.since(*first) / POINTS as u64;
    let mut rates = Vec::new();
    let mut from = transfer.points[0];
    for (index, point) in transfer.points.iter().enumerate().skip(1) {
        let is_last = index + 1 == transfer.points.len();
        if point.0.since(from.0) < width && !is_last {
            continue;
        }
        let nanos = point.0.since(from.0);
        if nanos > 0 {
            let rate = point.1.saturating_sub(from.1) as f64 * 1e9 / nanos as f64;
            if rates.is_empty() {
                rates.push([0.0, rate]);
            }
            rates.push([point.0.since(*first) as f64 / 1e9, rate]);
            from = *point;
        }
    }
    rates
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::lab::EndpointId;
    use crate::lab::transfer::Protocol;
    use crate::trace::transfer::{Asked, News, TransferId, Transfers, Way, What};
    use crate::trace::{Ends, Nanos};

    fn with(points: &[(u64, u64)]) -> Transfers {
        let mut transfers = Transfers::default();
        let id = TransferId(1);
        let mut tell = |at: u64, what| transfers.apply(News { id, at: Nanos(at), what });
        tell(
            0,
            What::Asked(Box::new(Asked {
                way: Way::Receiving,
                protocol: Protocol::Http,
                endpoint: EndpointId(1),
                conn: None,
                ends: Arc::new(Ends { local: None, peer: None }),
                name: "a".into(),
                save_to: None,
                expected: None,
            })),
        );
        tell(0, What::Begun { total: Some(10_000), resumed_at: 1_000 });
        for (millis, moved) in points {
            tell(millis * 1_000_000, What::Progress { moved: *moved });
        }
        transfers
    }

    #[test]
    fn what_was_there_before_counts_and_an_empty_file_is_whole() {
        let transfers = with(&[(1_000, 1_000), (3_000, 3_000)]);
        let transfer = transfers.iter().next().unwrap();
        assert!((part(transfer, 10_000) - 0.4).abs() < 1e-6);
        assert!((part(transfer, 0) - 1.0).abs() < 1e-6);
        assert!((part(transfer, 100) - 1.0).abs() < 1e-6, "a file that has grown is no more than whole");
    }

    #[test]
    fn before_anything_has_moved_there_is_nothing_to_plot() {
        let transfers = with(&[]);
        assert_eq!(rates(transfers.iter().next().unwrap()), Vec::<[f64; 2]>::new());
    }

    #[test]
    fn a_plot_has_few_points_and_all_the_bytes() {
        let points: Vec<(u64, u64)> = (1..=900).map(|n| (n * 50, n * 1_000)).collect();
        let transfers = with(&points);
        let rates = rates(transfers.iter().next().unwrap());
        assert!(rates.len() <= POINTS + 2, "{}", rates.len());
        let bytes: f64 = rates.windows(2).map(|pair| (pair[1][0] - pair[0][0]) * pair[1][1]).sum();
        assert!((bytes - 900_000.0).abs() < 1.0, "{bytes}");
    }
}
