//! Conditions of conditional sharing: admissible kinds come from a list that the business operator keeps, invented
//! ones are refused.

use kernel::error::Fields;
use kernel::settings::ChoiceValue;

use super::law;
use super::resource::{Resource, ShareType};

/// Words by which an admissible kind of condition is recognised in a text.
const SIGNS: [(&str, &[&str]); 6] = [
    ("users", &["限", "部门使用", "单位使用", "部门可", "部门为", "机关使用", "供"]),
    ("purpose", &["用于", "为办理", "为审核", "办理", "审核", "核验", "开展", "用途", "事项", "查询"]),
    ("consent", &["本人授权", "当事人授权", "本人同意", "当事人同意", "单独同意"]),
    ("security", &["保密", "脱敏", "等级保护", "安全保护", "安全措施", "不得外传", "专网"]),
    ("period", &["期限", "有效期", "截至", "年内", "月内", "日内"]),
    ("law", &["《"]),
];

/// What the law does not know as a condition: money, favours in return, the consent of one's own leaders, paper.
const INVENTED: [&str; 16] = [
    "收费",
    "付费",
    "有偿",
    "缴纳",
    "对等",
    "互换",
    "交换数据",
    "领导同意",
    "领导批准",
    "领导审批",
    "局长",
    "本局同意",
    "我局同意",
    "我单位同意",
    "现场办理",
    "纸质申请",
];

/// The invented condition that a text holds, if any.
pub fn invented(text: &str) -> Option<&'static str> {
    INVENTED.into_iter().find(|phrase| text.contains(phrase))
}

/// Kinds of an admissible list that a text shows by its words.
pub fn recognised(text: &str, admissible: &[ChoiceValue]) -> Vec<String> {
    admissible
        .iter()
        .filter(|choice| {
            let signs = SIGNS.iter().find(|(code, _)| *code == choice.code).map(|(_, signs)| *signs);
            text.contains(&choice.zh)
                || signs.is_some_and(|signs| signs.iter().any(|sign| text.contains(sign)))
        })
        .map(|choice| choice.code.clone())
        .collect()
}

/// Checks the condition of a resource against the admissible kinds. Gives the kinds that it is of.
pub fn check_condition(resource: &Resource, admissible: &[ChoiceValue], fields: &mut Fields) -> Vec<String> {
    if resource.share_type != ShareType::Conditional {
        return Vec::new();
    }
    for (place, kind) in resource.share_condition_kinds.iter().enumerate() {
        if !admissible.iter().any(|choice| choice.code == *kind) {
            not_admissible(&format!("share_condition_kinds[{place}]"), admissible, fields);
        }
    }
    if !resource.share_condition_kinds.is_empty() {
        return resource.share_condition_kinds.clone();
    }
    let kinds = recognised(resource.share_condition.as_deref().unwrap_or_default(), admissible);
    if kinds.is_empty() {
        not_admissible("share_condition", admissible, fields);
    }
    kinds
}

fn not_admissible(path: &str, admissible: &[ChoiceValue], fields: &mut Fields) {
    let zh: Vec<_> = admissible.iter().map(|choice| choice.zh.as_str()).collect();
    let en: Vec<_> = admissible.iter().map(|choice| choice.en.as_str()).collect();
    let (rule_zh, rule_en) = (law::SHARE_RULE_ZH, law::SHARE_RULE_EN);
    fields.push(
        path,
        "catalog.share.not_admissible",
        format!("按{rule_zh}，不得擅自增设共享条件。可以列明的条件有：{}。请按其中一类写明，或改为无条件共享。", zh.join("、")),
        format!("By {rule_en}, conditions may not be invented. Admissible are: {}. State one of these, or choose unconditional sharing.", en.join("; ")),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Conditions of use and users pass, favours and money do not.
    #[test]
    fn tells_conditions_from_inventions() {
        let list = [ChoiceValue { code: "purpose".into(), zh: "限定用途".into(), en: "purpose".into() }];
        assert_eq!(recognised("用于社会救助审核", &list), ["purpose"]);
        assert!(recognised("看情况再说吧", &list).is_empty());
        assert_eq!(invented("须经我局同意后使用"), Some("我局同意"));
        assert_eq!(invented("按次付费使用"), Some("付费"));
        assert_eq!(invented("县级部门为办理社会救助、不动产登记事项可以使用"), None);
    }
}
