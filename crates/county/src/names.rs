//! Names of people, with the surnames about as frequent as in the census.

use rand::Rng;
use rand::rngs::StdRng;

use crate::streams::{pick, pick_char, weighted};
use crate::truth::Sex;

/// Surnames with their share in ten thousand.
const SURNAMES: &[(&str, u32)] = &[
    ("王", 710),
    ("李", 700),
    ("张", 670),
    ("刘", 510),
    ("陈", 450),
    ("杨", 310),
    ("黄", 220),
    ("赵", 210),
    ("吴", 200),
    ("周", 190),
    ("徐", 150),
    ("孙", 150),
    ("马", 140),
    ("朱", 130),
    ("胡", 130),
    ("郭", 120),
    ("何", 120),
    ("林", 110),
    ("罗", 110),
    ("高", 100),
    ("郑", 90),
    ("梁", 85),
    ("谢", 80),
    ("宋", 80),
    ("唐", 75),
    ("许", 70),
    ("韩", 70),
    ("冯", 68),
    ("邓", 65),
    ("曹", 60),
    ("彭", 58),
    ("曾", 56),
    ("肖", 55),
    ("田", 52),
    ("董", 50),
    ("袁", 48),
    ("潘", 46),
    ("于", 45),
    ("蒋", 44),
    ("蔡", 43),
    ("余", 42),
    ("杜", 41),
    ("叶", 40),
    ("程", 38),
    ("苏", 37),
    ("魏", 36),
    ("吕", 35),
    ("丁", 34),
    ("任", 33),
    ("沈", 32),
    ("姚", 31),
    ("卢", 30),
    ("姜", 29),
    ("崔", 28),
    ("钟", 27),
    ("谭", 26),
    ("陆", 25),
    ("汪", 24),
    ("范", 23),
    ("金", 22),
    ("石", 21),
    ("廖", 20),
    ("贾", 19),
    ("夏", 18),
    ("韦", 17),
    ("付", 16),
    ("方", 15),
    ("白", 14),
    ("邹", 13),
    ("孟", 12),
    ("熊", 12),
    ("秦", 11),
    ("邱", 11),
    ("江", 10),
    ("尹", 10),
    ("薛", 10),
    ("闫", 9),
    ("段", 9),
    ("雷", 9),
    ("侯", 8),
    ("龙", 8),
    ("史", 8),
    ("陶", 7),
    ("黎", 7),
    ("贺", 7),
    ("顾", 6),
    ("毛", 6),
    ("郝", 6),
    ("龚", 6),
    ("邵", 5),
    ("万", 5),
    ("钱", 5),
    ("覃", 5),
    ("欧阳", 4),
    ("司马", 1),
    ("上官", 1),
    ("诸葛", 1),
];
/// First or only character of a given name, by sex and for those born before and after 1975.
const MALE_OLD: &str = "建国志德福贵明文永庆长春光荣树立兴旺喜富万海金玉正宝";
const MALE_NEW: &str = "伟强磊涛鹏浩俊杰宇轩子博文昊泽天嘉睿一晨铭皓梓思家";
const FEMALE_OLD: &str = "秀桂玉淑凤兰英素珍翠月春香菊巧金银莲爱彩美桃云";
const FEMALE_NEW: &str = "丽静敏婷雪欣怡梦佳雨思诗可语梓若馨悦雅琪晓颖倩彤";
/// Second character of a given name.
const MALE_END: &str = "军华平国强生林山民才明东辉勇斌峰超凯宁航然辰宸龙祥成";
const FEMALE_END: &str = "英兰芳梅珍香莲霞琴玲华芬红燕娟萍云涵萱妍琳桐宁月婷";
/// Characters that many systems cannot store.
const RARE: &str = "𠮷龑䶮喆犇翀堃㛃燚昇赟𬭚淼祎";
/// Given names written with a middle dot.
const DOTTED_MALE: &[&str] = &["买买提", "吾斯曼", "阿卜杜拉", "艾尔肯", "吐尔逊", "库尔班", "亚森", "依明"];
const DOTTED_FEMALE: &[&str] =
    &["阿依古丽", "热依汗", "古丽娜尔", "帕提古丽", "麦尔耶姆", "祖丽菲亚", "阿米娜"];
/// Clan names and given names of the Yi as registers write them.
const YI_CLAN: &[&str] = &["阿的", "吉克", "沙马", "曲木", "吉狄", "俄木", "海来", "阿苏"];
const YI_MALE: &[&str] = &["里史", "曲布", "木呷", "拉铁", "尔古", "伍哈"];
const YI_FEMALE: &[&str] = &["阿依", "曲洗", "木果", "乌牛", "嫫西", "伍呷"];

/// How the people of a household are named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Family {
    /// Surname and given name.
    Surname(&'static str),
    /// Given name, middle dot, father's given name.
    Patronymic(&'static str),
    /// Clan, middle dot, given name.
    Clan(&'static str),
}

/// The way of naming of a new family of this ethnic group.
pub(crate) fn family(rng: &mut StdRng, ethnic_group: &str) -> Family {
    match ethnic_group {
        "05" => Family::Patronymic(pick(rng, DOTTED_MALE)),
        "07" if rng.random_bool(0.2) => Family::Clan(pick(rng, YI_CLAN)),
        _ => Family::Surname(weighted(rng, SURNAMES)),
    }
}

/// A name within a family.
pub(crate) fn person(rng: &mut StdRng, family: &Family, sex: Sex, birth_year: i32) -> String {
    match (family, sex) {
        (Family::Patronymic(father), Sex::Male) => format!("{}·{father}", pick(rng, DOTTED_MALE)),
        (Family::Patronymic(father), Sex::Female) => format!("{}·{father}", pick(rng, DOTTED_FEMALE)),
        (Family::Clan(clan), Sex::Male) => format!("{clan}·{}", pick(rng, YI_MALE)),
        (Family::Clan(clan), Sex::Female) => format!("{clan}·{}", pick(rng, YI_FEMALE)),
        (Family::Surname(surname), _) => format!("{surname}{}", given(rng, sex, birth_year)),
    }
}

fn given(rng: &mut StdRng, sex: Sex, birth_year: i32) -> String {
    let (first, end) = match (sex, birth_year < 1975) {
        (Sex::Male, true) => (MALE_OLD, MALE_END),
        (Sex::Male, false) => (MALE_NEW, MALE_END),
        (Sex::Female, true) => (FEMALE_OLD, FEMALE_END),
        (Sex::Female, false) => (FEMALE_NEW, FEMALE_END),
    };
    let first = if rng.random_bool(0.012) { pick_char(rng, RARE) } else { pick_char(rng, first) };
    let mut name = String::from(first);
    if rng.random_bool(0.82) {
        name.push(pick_char(rng, end));
    }
    name
}

/// True for a character that many systems cannot store.
pub(crate) fn is_rare(c: char) -> bool {
    RARE.contains(c)
}

/// The surname a name begins with; `None` for names with a middle dot.
pub(crate) fn surname_of(name: &str) -> Option<&'static str> {
    if name.contains('·') {
        return None;
    }
    // Compound surnames stand at the end of the list and are tried first.
    SURNAMES.iter().rev().map(|(surname, _)| *surname).find(|surname| name.starts_with(surname))
}
