//! Towns, villages and addresses of the county.

/// Towns and the villages of each. All invented.
pub(crate) const TOWNS: &[(&str, &[&str])] = &[
    (
        "城关镇",
        &["东门社区", "西河社区", "南街社区", "北苑社区", "文昌社区", "新城社区", "滨河社区", "云台社区"],
    ),
    ("青石镇", &["柳湾村", "石桥村", "大坪村", "桃源村", "黄泥村", "小河村"]),
    ("澜口镇", &["渡口村", "双江村", "沙坝村", "新滩村", "芦苇村", "永兴社区"]),
    ("白鹤镇", &["鹤鸣村", "松林村", "古井村", "上寨村", "下寨村"]),
    ("云岭乡", &["高峰村", "茶园村", "云上村", "岩脚村", "杉树村"]),
    ("马蹄乡", &["马场村", "草甸村", "清水村", "红旗村"]),
    ("龙潭镇", &["龙泉村", "潭边村", "团结村", "丰收村", "竹山村"]),
    ("河西乡", &["河湾村", "坝上村", "新民村", "五星村"]),
];

/// Number of a place: town and village as indices into [`TOWNS`].
pub(crate) fn region_code(town: usize, village: usize) -> String {
    // Towns count from 100, villages from 200: twelve digits as in the statistical divisions.
    format!("{}{:03}{:03}", crate::REGION, 100 + town, 200 + village)
}

/// Address as the police writes it.
pub(crate) fn address(town: usize, village: usize, group: u32, door: u32) -> String {
    let (name, villages) = TOWNS[town];
    let village = villages[village];
    if village.ends_with("社区") {
        format!("{}{name}{village}人民路{group}{door:02}号", crate::NAME)
    } else {
        format!("{}{name}{village}{group}组{door}号", crate::NAME)
    }
}
