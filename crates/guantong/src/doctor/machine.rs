//! Disk, clock and calendar.

use std::path::Path;

use kernel::working_time::day_of;
use standards::calendar::Calendar;

use super::finding::Finding;

const MIB: u64 = 1 << 20;
/// Less than this is a fault: evidence could soon not be written, and then nothing is answered.
const LEAST: u64 = 512 * MIB;
/// Less than this is worth a warning.
const LITTLE: u64 = 5 * 1024 * MIB;

/// Free space where the data lies.
pub fn disk(dir: &Path) -> Finding {
    let space = match rustix::fs::statvfs(dir) {
        Ok(space) => space,
        Err(error) => {
            let text = error.to_string();
            return Finding::skipped(
                "disk",
                format!("磁盘空间无法读取：{text}"),
                format!("Disk space: {text}"),
            );
        }
    };
    let free = space.f_bavail.saturating_mul(space.f_frsize);
    let mib = free / MIB;
    let (zh, en) =
        (format!("数据目录所在磁盘剩余 {mib} MiB"), format!("{mib} MiB are free where the data lies"));
    let mend = |finding: Finding| {
        finding.mend(
            "清理或扩充磁盘；磁盘写满后平台会拒绝全部调用（无存证不出数）",
            "Free or add space; with a full disk the platform refuses every call (no evidence, no data)",
        )
    };
    if free < LEAST {
        mend(Finding::fault("disk", zh, en))
    } else if free < LITTLE {
        mend(Finding::warning("disk", zh, en))
    } else {
        Finding::ok("disk", zh, en)
    }
}

/// The machine's clock, as far as one machine can tell.
pub fn clock(last_evidence_ms: Option<i64>, now_ms: i64) -> Finding {
    if let Some(ahead) = last_evidence_ms.map(|last| last - now_ms).filter(|ahead| *ahead > 60_000) {
        let minutes = ahead / 60_000;
        return Finding::fault(
            "clock",
            format!("系统时间比最后一条存证早 {minutes} 分钟，时钟被拨回过"),
            format!("The machine's clock is {minutes} minute(s) before the last evidence; it was set back"),
        )
        .mend(
            "核对系统时间并启用对时：timedatectl set-ntp true",
            "Check the time and let it be kept: timedatectl set-ntp true",
        );
    }
    let keeper = Path::new("/run/systemd/timesync");
    if keeper.is_dir() && !keeper.join("synchronized").exists() {
        return Finding::warning("clock", "系统时间尚未与时间服务器对时", "The clock is not synchronised")
            .mend(
                "检查 /etc/systemd/timesyncd.conf 中的 NTP 服务器；签名调用只允许 5 分钟误差",
                "Check the NTP server in /etc/systemd/timesyncd.conf; signed calls allow for 5 minutes only",
            );
    }
    Finding::ok("clock", "系统时间正常", "The clock is in order")
}

/// Whether this year's and the next year's holidays are known. Clocks count in Asia/Shanghai whatever the machine's zone is.
pub fn calendar(now_ms: i64) -> Finding {
    use chrono::Datelike as _;
    let today = day_of(now_ms);
    let known = |year: i32| Calendar::builtin().years().any(|one| one == year);
    let year = today.year();
    let mend = |finding: Finding| {
        finding.mend(
            "升级到载有该年放假通知的版本；此前按周一至周五计算工作日",
            "Update to a version with that year's notice; until then Monday to Friday count as working days",
        )
    };
    if !known(year) {
        let zh = format!("工作日历没有 {year} 年的放假安排，法定时限会算错");
        return mend(Finding::fault(
            "calendar",
            zh,
            format!("The calendar lacks {year}; legal clocks will be wrong"),
        ));
    }
    if today.month() == 12 && !known(year + 1) {
        let next = year + 1;
        let zh = format!("工作日历还没有 {next} 年的放假安排，跨年时限会算错");
        return mend(Finding::warning("calendar", zh, format!("The calendar lacks {next} yet")));
    }
    Finding::ok(
        "calendar",
        format!("工作日历已载入 {year} 年（按北京时间计算时限）"),
        format!("The calendar holds {year} (clocks count in Asia/Shanghai)"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::finding::State;

    /// A clock that was set back is a fault; a year without a calendar too, and December warns of the next.
    #[test]
    fn time_is_judged() {
        assert_eq!(clock(Some(10 * 60_000), 0).state, State::Fault);
        assert_ne!(clock(Some(59_000), 0).state, State::Fault);
        let day = 86_400_000;
        assert_eq!(calendar(0).state, State::Fault, "1970");
        let year = Calendar::builtin().years().max().unwrap();
        let last = chrono::NaiveDate::from_ymd_opt(year, 12, 15).unwrap();
        let ms = last.signed_duration_since(chrono::NaiveDate::default()).num_days() * day;
        assert_eq!(calendar(ms).state, State::Warning);
        assert_eq!(calendar(ms - 60 * day).state, State::Ok);
    }
}
