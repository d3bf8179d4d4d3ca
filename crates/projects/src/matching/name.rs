//! A name split into party, event, place, object and property, and how alike two names are in meaning.

use std::collections::{BTreeMap, BTreeSet};

use super::words::{Class, Part, cut};

/// Notes in brackets that say how a value is written rather than what it is.
const UNITS: [&str; 22] = [
    "元",
    "万元",
    "亿元",
    "平方米",
    "㎡",
    "亩",
    "公顷",
    "人",
    "岁",
    "年",
    "月",
    "日",
    "次",
    "个",
    "必填",
    "选填",
    "可选",
    "代码",
    "文本",
    "如有",
    "若有",
    "可空",
];

/// Properties that may be left unsaid: 行业 and 行业代码, 企业类型 and 企业.
const WEAK: [&str; 5] = ["编号", "类别", "名称", "内容", "等级"];

/// Properties that many things have.
const GENERAL: [&str; 26] = [
    "项目", "编号", "类别", "名称", "内容", "等级", "状态", "日期", "年份", "期限", "地址", "场所", "金额",
    "标准", "人数", "数量", "次数", "面积", "原因", "结果", "备注", "机关", "照片", "用途", "范围", "得分",
];

/// Events that many things go through.
const COMMON_EVENTS: [&str; 30] = [
    "登记", "注销", "变更", "核准", "申请", "受理", "办结", "审核", "审批", "发证", "截止", "起始", "生效",
    "检查", "检验", "整改", "发放", "采集", "更新", "上报", "发生", "首次", "最近", "计划", "实际", "取得",
    "处置", "领取", "验收", "派遣",
];

/// A name in its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Name {
    /// Properties.
    pub heads: BTreeSet<&'static str>,
    /// Parties, events and places: what must not differ.
    pub hard: BTreeMap<Class, BTreeSet<&'static str>>,
    /// Things the record is about.
    pub objects: BTreeSet<&'static str>,
    /// Groups of people.
    pub subjects: BTreeSet<&'static str>,
    /// What the dictionary does not know.
    pub rest: String,
    /// The whole, in plain letters.
    pub plain: String,
}

/// How alike two names are.
#[derive(Debug, Clone, PartialEq)]
pub struct Alike {
    /// 0 (different data) to 1 (the same).
    pub score: f64,
    /// Words that make opposites of them, for example 迁入 and 迁出.
    pub opposed: Option<(String, String)>,
}

/// Letters and digits in half width and lower case, without separators; brackets with units taken out.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut bracket: Option<String> = None;
    for c in text.trim().chars() {
        let c = match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            other => other,
        };
        match c {
            '(' | '[' | '【' => bracket = Some(String::new()),
            ')' | ']' | '】' => {
                let inside = bracket.take().unwrap_or_default();
                if !UNITS.contains(&inside.as_str()) {
                    out.push_str(&inside);
                }
            }
            c if c.is_whitespace() || "_-/\\.,、·:：*".contains(c) => {}
            c => bracket.as_mut().unwrap_or(&mut out).extend(c.to_lowercase()),
        }
    }
    out.push_str(&bracket.unwrap_or_default());
    out
}

impl Name {
    /// Splits a name.
    pub fn of(text: &str) -> Self {
        let text = plain(text);
        let mut name = Self { plain: text.clone(), ..Self::default() };
        for part in cut(&text) {
            match part {
                Part::Unknown(rest) => name.rest.push_str(rest),
                Part::Known(meanings) => {
                    for (class, word) in meanings {
                        match class {
                            Class::Filler => {}
                            Class::Head => drop(name.heads.insert(word)),
                            Class::Object => drop(name.objects.insert(word)),
                            Class::Subject => drop(name.subjects.insert(word)),
                            Class::Party | Class::Event | Class::Place => {
                                name.hard.entry(*class).or_default().insert(word);
                            }
                        }
                    }
                }
            }
        }
        name
    }

    /// Text of the meaning: the same for names that mean the same. Groups of people are left out.
    pub fn key(&self) -> String {
        let words = |set: &BTreeSet<&str>| set.iter().copied().collect::<Vec<_>>().join("+");
        let hard: Vec<_> = self.hard.values().map(words).collect();
        format!("{}|{}|{}|{}", hard.join("+"), words(&self.objects), self.rest, words(&self.heads))
    }

    /// Every word it holds and the pairs of letters of the rest, for looking names up.
    pub fn tokens(&self) -> impl Iterator<Item = String> + '_ {
        let known =
            self.hard.values().flatten().chain(&self.objects).chain(&self.subjects).chain(&self.heads);
        known.map(|word| (*word).to_owned()).chain(pairs(&self.rest))
    }

    /// True for a property of nothing in particular: 日期, 名称, 状态.
    fn is_bare(&self) -> bool {
        self.hard.is_empty() && self.objects.is_empty() && self.rest.is_empty()
    }

    /// True when a word of theirs is the same, properties apart.
    fn shares_words(&self, other: &Self) -> bool {
        let hard = |class: &Class, words: &BTreeSet<&str>| {
            other.hard.get(class).is_some_and(|others| others.intersection(words).next().is_some())
        };
        self.objects.intersection(&other.objects).next().is_some()
            || self.hard.iter().any(|(class, words)| hard(class, words))
    }

    /// True when the property alone says what it is: 血型, but not 日期.
    fn is_telling(&self) -> bool {
        self.heads.iter().any(|head| !GENERAL.contains(head))
    }

    /// True when the name says more than an event and a general property.
    pub fn is_specific(&self) -> bool {
        let telling = |words: &BTreeSet<&str>| words.iter().any(|word| !COMMON_EVENTS.contains(word));
        self.hard.values().any(telling)
            || !self.objects.is_empty()
            || !self.subjects.is_empty()
            || !self.rest.is_empty()
            || self.is_telling()
    }

    fn says(&self, word: &str) -> bool {
        self.objects.contains(word)
            || self.subjects.contains(word)
            || self.hard.values().any(|set| set.contains(word))
    }
}

/// Pairs of neighbouring letters; a single letter stands for itself.
pub fn pairs(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    if let [one] = letters.as_slice() {
        return vec![one.to_string()];
    }
    letters.windows(2).map(|two| two.iter().collect()).collect()
}

fn heads(a: &Name, b: &Name) -> f64 {
    if a.heads == b.heads {
        return 1.0;
    }
    let (less, more) = if a.heads.len() <= b.heads.len() { (a, b) } else { (b, a) };
    if less.heads.is_empty() {
        let named_by_role = less.hard.contains_key(&Class::Party);
        return match more.heads.iter().copied().collect::<Vec<_>>().as_slice() {
            // 法定代表人 is asked for by name.
            ["姓名"] if named_by_role => 0.95,
            [weak] if WEAK.contains(weak) => 0.85,
            _ => 0.4,
        };
    }
    if less.heads.is_subset(&more.heads) {
        // 性别代码 is 性别.
        let weak = more.heads.difference(&less.heads).all(|head| WEAK.contains(head));
        return if weak { 0.95 } else { 0.5 };
    }
    match (less.heads.first(), more.heads.first()) {
        (Some(x), Some(y)) if less.heads.len() == 1 && more.heads.len() == 1 => near_heads(x, y),
        _ if less.heads.intersection(&more.heads).next().is_some() => 0.6,
        _ => 0.0,
    }
}

/// Properties that are not the same and still often stand for each other.
fn near_heads(x: &str, y: &str) -> f64 {
    let is = |a: &str, b: &str| (x == a && y == b) || (x == b && y == a);
    if is("证件号码", "身份号码") {
        0.9
    } else if is("姓名", "名称") {
        0.8
    } else if is("项目", "类别") {
        0.85
    } else if is("编号", "证件号码") {
        0.75
    } else if is("编号", "类别")
        || is("类别", "等级")
        || is("状态", "类别")
        || is("期限", "日期")
        || is("地址", "场所")
    {
        0.7
    } else if is("人数", "数量") || is("日期", "年份") {
        0.65
    } else {
        0.0
    }
}

/// Compares the words of one class. A word that the other side lacks is forgiven when the other's surroundings say it.
fn hard(
    class: Class,
    (a, around_a): (&Name, &Name),
    (b, around_b): (&Name, &Name),
) -> (f64, Option<(String, String)>) {
    let none = BTreeSet::new();
    let (mine, other) = (a.hard.get(&class).unwrap_or(&none), b.hard.get(&class).unwrap_or(&none));
    let only_a: Vec<_> = mine.difference(other).filter(|word| !around_b.says(word)).collect();
    let only_b: Vec<_> = other.difference(mine).filter(|word| !around_a.says(word)).collect();
    match (only_a.first(), only_b.first()) {
        (None, None) => (1.0, None),
        (Some(x), Some(y)) => (0.1, Some(((**x).to_owned(), (**y).to_owned()))),
        _ if class == Class::Party => (0.4, None),
        // 登记日期 among divorces is not 结婚登记日期: the surroundings name another event than the other side does.
        (Some(_), None) if around_b.hard.get(&class).is_some_and(|words| !words.is_empty()) => (0.5, None),
        (None, Some(_)) if around_a.hard.get(&class).is_some_and(|words| !words.is_empty()) => (0.5, None),
        // A bare 日期 may be any date.
        _ if a.is_bare() || b.is_bare() => (0.5, None),
        // Of the same thing, the event is often left unsaid: 养老保险状态, 养老保险参保状态.
        _ if !a.objects.is_empty() && a.objects == b.objects => (0.85, None),
        _ => (0.7, None),
    }
}

/// Pairs of letters in common, 0 to 1 (Sørensen and Dice), counted in letters: one of three bytes is no letter.
#[expect(clippy::cast_precision_loss, reason = "names have few letters")]
fn in_common(a: &str, b: &str) -> f64 {
    let (one, mut other) = (pairs(a), pairs(b));
    let all = one.len() + other.len();
    let mut shared = 0;
    for pair in one {
        if let Some(at) = other.iter().position(|found| *found == pair) {
            other.swap_remove(at);
            shared += 1;
        }
    }
    if all == 0 { 0.0 } else { 2.0 * f64::from(shared) / all as f64 }
}

/// Whether nearly all pairs of letters of a rest stand in the name around the other item.
fn said_around(text: &str, around: &Name) -> bool {
    let there: BTreeSet<String> =
        pairs(&around.plain).into_iter().filter(|pair| pair.chars().count() == 2).collect();
    let own = pairs(text);
    !own.is_empty() && own.iter().filter(|pair| there.contains(*pair)).count() * 4 >= own.len() * 3
}

/// Compares what the dictionary does not know.
fn rest(a: &Name, around_a: &Name, b: &Name, around_b: &Name) -> f64 {
    if a.rest == b.rest {
        return 1.0;
    }
    let anchored = a.shares_words(b);
    // What the other side's surroundings say need not be said again; what only the own ones say is half said.
    let one_sided = |rest: &str, other_around: &Name, own_around: &Name| {
        if said_around(rest, other_around) {
            0.95
        } else if said_around(rest, own_around) {
            0.8
        } else if anchored {
            0.75
        } else {
            0.5
        }
    };
    match (a.rest.is_empty(), b.rest.is_empty()) {
        (true, _) => one_sided(&b.rest, around_a, around_b),
        (_, true) => one_sided(&a.rest, around_b, around_a),
        _ => {
            let shared = in_common(&a.rest, &b.rest);
            if shared < 0.34 && said_around(&a.rest, around_b) {
                return one_sided(&b.rest, around_a, around_b);
            }
            if shared < 0.34 && said_around(&b.rest, around_a) {
                return one_sided(&a.rest, around_b, around_a);
            }
            // 进货 and 出货 share a letter and no pair: such rests are different words.
            if shared < 0.34 { shared * 0.5 } else { 0.35 + 0.65 * shared }
        }
    }
}

/// Things that stand for each other: 证照 is any certificate or licence.
fn near_objects(x: &BTreeSet<&str>, y: &BTreeSet<&str>) -> bool {
    const PAPERS: [&str; 4] = ["证照", "证书", "许可证", "营业执照"];
    let papers = |set: &BTreeSet<&str>| !set.is_empty() && set.iter().all(|word| PAPERS.contains(word));
    papers(x) && papers(y) && (x.contains("证照") || y.contains("证照"))
}

/// Compares what the records are about.
fn objects(a: &Name, around_a: &Name, b: &Name, around_b: &Name) -> f64 {
    let only =
        |x: &Name, y: &Name, around: &Name| x.objects.difference(&y.objects).any(|word| !around.says(word));
    match (only(a, b, around_b), only(b, a, around_a)) {
        (false, false) => 1.0,
        (true, true) if near_objects(&a.objects, &b.objects) => 0.85,
        (true, true) => 0.45,
        // A bare 名称 may be the name of anything.
        _ if (a.is_bare() || b.is_bare()) && !a.is_telling() && !b.is_telling() => 0.55,
        _ => 0.85,
    }
}

/// How alike two names are, each read within its surroundings (the name of its resource).
pub fn alike(a: &Name, around_a: &Name, b: &Name, around_b: &Name) -> Alike {
    let mut score = heads(a, b) * rest(a, around_a, b, around_b);
    let mut opposed = None;
    for class in [Class::Party, Class::Event, Class::Place] {
        let (factor, pair) = hard(class, (a, around_a), (b, around_b));
        score *= factor;
        opposed = opposed.or(pair);
    }
    score *= objects(a, around_a, b, around_b);
    if !a.is_telling() && !a.subjects.is_empty() && !b.subjects.is_empty() && a.subjects != b.subjects {
        score *= 0.5;
    }
    let common = a.heads.intersection(&b.heads).next().is_some() || a.shares_words(b);
    if !common && (a.rest.is_empty() || b.rest.is_empty()) {
        score *= 0.3;
    }
    // Two names of nothing but fillers say nothing about each other.
    let empty = |name: &Name| {
        name.heads.is_empty() && name.rest.is_empty() && name.hard.is_empty() && name.objects.is_empty()
    };
    if empty(a) || empty(b) {
        score *= if a.subjects == b.subjects && !a.subjects.is_empty() { 0.8 } else { 0.2 };
    }
    if opposed.is_none() && a.hard == b.hard && shortened((a, around_a), (b, around_b)) {
        score = score.max(0.75);
    }
    Alike { score, opposed }
}

/// One name is the end of the other and says more than a property, or the rest only repeats its resource's name: 档案编号,
/// 健康档案编号; 病种, 门诊慢特病病种 of 门诊慢特病备案信息.
fn shortened((a, around_a): (&Name, &Name), (b, around_b): (&Name, &Name)) -> bool {
    let (short, long, around) =
        if a.plain.len() <= b.plain.len() { (a, b, around_b) } else { (b, a, around_a) };
    let Some(more) = long.plain.strip_suffix(short.plain.as_str()) else { return false };
    let telling = !short.rest.is_empty() || !short.objects.is_empty();
    telling && (short.plain.chars().count() >= 3 || !more.is_empty() && said_around(more, around))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(a: &str, b: &str) -> f64 {
        alike(&Name::of(a), &Name::default(), &Name::of(b), &Name::default()).score
    }

    /// Names that share most letters and mean opposite or different things are told apart.
    #[test]
    fn opposites_are_not_alike() {
        for (a, b) in [
            ("迁入日期", "迁出日期"),
            ("父亲姓名", "母亲姓名"),
            ("户籍地址", "居住地址"),
            ("男方身份证号", "女方身份证号"),
            ("出生日期", "死亡日期"),
            ("开工日期", "竣工日期"),
            ("起始日期", "截止日期"),
            ("进货数量", "出货数量"),
            ("姓名", "父亲姓名"),
            ("企业名称", "企业类型"),
            ("身份证号", "姓名"),
            ("养老保险缴费基数", "医疗保险缴费基数"),
            ("学校名称", "学校代码"),
        ] {
            assert!(score(a, b) < 0.55, "{a} {b} {}", score(a, b));
            assert_eq!(score(a, b), score(b, a), "{a} {b}");
        }
        assert_eq!(
            alike(&Name::of("迁入日期"), &Name::default(), &Name::of("迁出时间"), &Name::default()).opposed,
            Some(("迁入".to_owned(), "迁出".to_owned()))
        );
    }

    /// Different words for the same thing are the same.
    #[test]
    fn synonyms_are_alike() {
        for (a, b) in [
            ("身份证号", "公民身份号码"),
            ("生日", "出生日期"),
            ("手机", "手机号码"),
            ("学历", "文化程度"),
            ("配偶身份证号码", "配偶公民身份号码"),
            ("法人姓名", "法定代表人"),
            ("统一信用代码", "统一社会信用代码"),
            ("有效期至", "截止日期"),
            ("联系方式", "联系电话"),
            ("注册资金（万元）", "注册资本"),
            ("婚况", "婚姻状况"),
            ("户口所在地", "户籍地址"),
            ("学生姓名", "姓名"),
            ("发证日期", "颁发时间"),
        ] {
            assert!(score(a, b) >= 0.85, "{a} {b} {}", score(a, b));
        }
    }

    /// What an item leaves unsaid its resource's name may say.
    #[test]
    fn surroundings_explain() {
        let marriage = Name::of("结婚登记信息");
        let divorce = Name::of("离婚登记信息");
        let (short, long) = (Name::of("登记日期"), Name::of("结婚登记日期"));
        assert!(alike(&short, &marriage, &long, &Name::default()).score > 0.95);
        assert!(alike(&short, &divorce, &long, &Name::default()).score < 0.65);
    }

    proptest::proptest! {
        /// No text makes the splitter panic, scores stay within bounds, and a name is like itself.
        #[test]
        fn holds_for_any_text(a in "\\PC{0,20}", b in "\\PC{0,20}") {
            let (x, y, z) = (Name::of(&a), Name::of(&b), Name::default());
            let found = alike(&x, &z, &y, &z).score;
            proptest::prop_assert!((0.0..=1.0).contains(&found));
            proptest::prop_assert!((found - alike(&y, &z, &x, &z).score).abs() < 1e-9);
        }
    }
}
