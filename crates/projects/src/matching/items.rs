//! A planned item against an existing one.

use standards::kind::ValueKind;

use super::index::{Index, IndexedItem};
use super::kinds::{Fit, fit};
use super::known::KnownItem;
use super::name::{Name, alike};
use super::report::Reason;

/// From here on two items are the same datum.
pub const SAME: f64 = 0.62;

/// A planned item with its name split.
#[derive(Debug)]
pub struct Wanted {
    /// As planned.
    pub zh: String,
    /// The name's parts.
    pub name: Name,
    /// Data element, as planned or as the name says.
    pub element: Option<String>,
    /// True when the planners named the element themselves.
    pub stated: bool,
    /// What the value means, if planned.
    pub kind: Option<ValueKind>,
}

impl Wanted {
    /// Splits a planned item and finds its data element.
    pub fn new(index: &Index, zh: &str, element: Option<&str>, kind: Option<&ValueKind>) -> Self {
        let name = Name::of(zh);
        let stated = element.and_then(standards::elements::by_code).map(|element| element.code.to_owned());
        Self {
            zh: zh.to_owned(),
            element: stated.clone().or_else(|| index.element_of(&name)),
            stated: stated.is_some(),
            kind: kind.cloned(),
            name,
        }
    }

    /// The kind to compare with: the planned one, else that of a stated element.
    fn kind(&self) -> Option<ValueKind> {
        let of_element = || {
            let code = self.element.as_deref().filter(|_| self.stated)?;
            Some(standards::elements::by_code(code)?.kind)
        };
        self.kind.clone().or_else(of_element)
    }
}

/// How well an existing item fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitting {
    /// 0 to 1.
    pub score: f64,
    /// True when both are bound to one data element that means one thing.
    pub proven: bool,
    /// Why.
    pub why: Why,
}

/// Why two items were found alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// One data element, as the planners wrote it.
    Element,
    /// One data element, which the name means.
    Meaning,
    /// The names mean the same.
    Name,
    /// The names are alike.
    Near,
}

/// Compares a planned item with an existing one, each within its resource's name.
pub fn compare(
    (wanted, around): (&Wanted, &Name),
    (known, indexed, holder): (&KnownItem, &IndexedItem, &Name),
) -> Fitting {
    let alike = alike(&wanted.name, around, &indexed.name, holder);
    let mut score = alike.score;
    let mut proven = false;
    let same_words = score >= 0.9;
    let mut why = if same_words { Why::Name } else { Why::Near };
    match (&wanted.element, &known.element) {
        (Some(one), Some(other)) if one == other && indexed.vague => {
            // 父亲姓名 and 母亲姓名 are both names of a person: here the words decide.
            proven = score >= SAME;
            score = if proven { score.max(0.9) } else { score * 0.9 };
        }
        (Some(one), Some(other)) if one == other => {
            if alike.opposed.is_some() && !wanted.stated {
                score = score.min(0.4);
            } else {
                proven = true;
                score = score.max(if wanted.stated { 0.97 } else { 0.92 });
                why = if wanted.stated { Why::Element } else { Why::Meaning };
            }
        }
        (Some(_), Some(_)) if !indexed.vague => score *= if wanted.stated { 0.5 } else { 0.7 },
        _ => {}
    }
    // A name that says enough and means the same is as good as a data element.
    proven |= alike.score >= 0.9 && wanted.name.is_specific() && score >= 0.9;
    if let Some(kind) = wanted.kind() {
        let found = fit(&kind, &known.kind);
        score *= found.factor();
        proven &= found != Fit::Clash;
    }
    Fitting { score, proven, why }
}

/// The reason in words.
pub fn reason(fitting: &Fitting, wanted: &Wanted, known: &KnownItem) -> Reason {
    let element = known.element.as_deref().unwrap_or_default();
    let named = standards::elements::by_code(element).map_or("", |element| element.zh);
    let (mine, other) = (&wanted.zh, &known.zh);
    match fitting.why {
        Why::Element => Reason {
            zh: format!("数据元相同：{named}（{element}）"),
            en: format!("Same data element {element}"),
        },
        Why::Meaning => Reason {
            zh: format!("“{mine}”的含义就是数据元“{named}”（{element}）"),
            en: format!("“{mine}” means data element {element}"),
        },
        Why::Name => Reason {
            zh: format!("“{mine}”与“{other}”含义相同"),
            en: format!("“{mine}” and “{other}” mean the same"),
        },
        Why::Near => Reason {
            zh: format!("“{mine}”与“{other}”名称相近，请核对"),
            en: format!("“{mine}” and “{other}” are alike in name; check"),
        },
    }
}
