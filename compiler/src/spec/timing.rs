use crate::plan::Cron;
pub fn shortest_gap_minutes(_: &Cron) -> u32 {
    60
}
