//! What the Regulations on Government Data Sharing (政务数据共享条例, State Council Decree 809) ask of a catalogue
//! entry: sharing is the rule, a condition must be stated, a refusal must cite the law.

/// The rule about share types, as messages cite it.
pub const SHARE_RULE_ZH: &str = "《政务数据共享条例》（国务院令第809号）第三章“目录管理”关于共享属性的规定";
/// The same in English.
pub const SHARE_RULE_EN: &str = "the rule on share types in chapter III of the Regulations on Government Data Sharing (State Council Decree 809)";

/// Words that only look like a condition: whoever reads them does not know when data is given.
const EMPTY_CONDITIONS: [&str; 9] =
    ["视情况", "视情况而定", "另行协商", "协商确定", "面议", "领导同意", "经领导同意", "内部使用", "有条件"];

/// True when a text states a condition that a requester can meet: some words, not an empty phrase.
pub fn states_condition(text: &str) -> bool {
    let text = text.trim().trim_end_matches(['。', '.', '，', ',']);
    text.chars().count() >= 4 && !EMPTY_CONDITIONS.contains(&text)
}

/// True when a text cites, in 《》, a law, an administrative regulation or a State Council decision.
///
/// Titles in `法` are laws; titles in `条例` are administrative regulations unless they begin with the name of a
/// province, city or county (those are local, and do not suffice); `规定`, `办法` and `决定` count only when the
/// State Council is named with them.
pub fn cites_law(text: &str) -> bool {
    titles(text).any(|title| {
        let title = title.trim();
        // An edition may stand behind the title: 《户口登记条例（1958年）》.
        let bare = title.split(['（', '(']).next().unwrap_or(title).trim();
        if bare.chars().count() < 3 || is_local(bare) {
            return false;
        }
        let council = text.contains("国务院");
        bare.ends_with('法') && !bare.ends_with("办法")
            || bare.ends_with("法典")
            || bare.ends_with("条例")
            || council && ["决定", "规定", "办法", "细则"].iter().any(|end| bare.ends_with(end))
    })
}

fn titles(text: &str) -> impl Iterator<Item = &str> {
    text.split('《').skip(1).filter_map(|rest| rest.split_once('》').map(|(title, _)| title))
}

/// True when a title begins with the name of a region. 城市 (city in general) is no region.
fn is_local(title: &str) -> bool {
    let head: Vec<char> = title.chars().take(9).collect();
    head.iter().enumerate().any(|(place, c)| {
        let region = match c {
            '省' | '县' => true,
            '市' => place
                .checked_sub(1)
                .and_then(|before| head.get(before))
                .is_some_and(|before| !matches!(before, '城' | '都' | '上' | '股' | '夜')),
            '区' => place >= 2 && head.get(place - 2..place).is_some_and(|two| two == ['自', '治']),
            _ => false,
        };
        // A name has at least two characters before its kind of region: 浙江省, 杭州市.
        region && place >= 2
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Laws, administrative regulations and State Council decisions are told from everything else.
    #[test]
    fn only_national_sources_count() {
        for good in [
            "《中华人民共和国反间谍法》第八条",
            "依据《中华人民共和国保守国家秘密法》",
            "《户口登记条例（1958年）》第三条",
            "《城市居民最低生活保障条例》第九条",
            "《国务院关于取消和下放一批行政许可事项的决定》",
            "《中华人民共和国民法典》第一千零三十四条",
        ] {
            assert!(cites_law(good), "{good}");
        }
        for bad in [
            "",
            "领导不同意",
            "反间谍法第八条",
            "《》",
            "《浙江省公共数据条例》",
            "《杭州市数据管理条例》",
            "《宁夏回族自治区数据条例》",
            "《本局数据管理办法》",
            "《会议纪要》",
            "《条例",
        ] {
            assert!(!cites_law(bad), "{bad}");
        }
    }

    /// A condition must say something.
    #[test]
    fn empty_phrases_are_no_condition() {
        assert!(states_condition("用于社会救助审核，限县级以上民政部门"));
        assert!(!states_condition("视情况。"));
        assert!(!states_condition("  同意 "));
    }

    proptest::proptest! {
        /// No text makes the rules panic.
        #[test]
        fn never_panics(text in "\\PC{0,60}") {
            let _any = (cites_law(&text), states_condition(&text));
        }
    }
}
