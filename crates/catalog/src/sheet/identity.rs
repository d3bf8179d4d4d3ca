//! Whose a resource of a file is, and that it stands once.

use kernel::ids::OrganisationId;
use standards::note::Parsed;

use super::book::Row;
use super::cells::{Told, required};
use super::check::{Checker, Seen};

impl Checker<'_> {
    /// The office of a row.
    pub(super) fn office(&mut self, row: &Row) -> Option<OrganisationId> {
        let organisations = self.known.organisations;
        let by_credit = match row.get("organisation_credit_code") {
            None => None,
            Some(code) => {
                if !matches!(standards::credit_code::parse(code), Parsed::Valid(_)) {
                    self.resource_fault(row, "organisation_credit_code", (
                        "sheet.credit_code",
                        "统一社会信用代码的校验位不对，或不是18位。请对照证书改正。".to_owned(),
                        "The credit code has a wrong check character or not 18 characters. Correct it from the certificate.".to_owned(),
                    ));
                    return None;
                }
                let found = organisations.iter().find(|one| one.credit_code == code);
                if found.is_none() {
                    self.resource_fault(row, "organisation_credit_code", unknown_office());
                    return None;
                }
                found
            }
        };
        let by_name = match row.get("organisation_id") {
            None => None,
            Some(name) => {
                let found = organisations.iter().find(|one| {
                    [&one.name, &one.short_name, &one.credit_code].into_iter().any(|text| text == name)
                        || one.id.as_str() == name
                });
                if found.is_none() {
                    self.resource_fault(row, "organisation_id", unknown_office());
                    return None;
                }
                found
            }
        };
        if let (Some(a), Some(b)) = (by_credit, by_name)
            && a.id != b.id
        {
            self.resource_fault(
                row,
                "organisation_credit_code",
                (
                    "sheet.office_contradicts",
                    format!("代码属于“{}”，与提供部门“{}”不是同一机构。请改正其一。", a.name, b.name),
                    format!("The code is that of {}, not of {}. Correct one of the two.", a.name, b.name),
                ),
            );
            return None;
        }
        let found = by_name.or(by_credit).map(|one| one.id.clone()).or_else(|| self.known.own.cloned());
        let Some(found) = found else {
            self.resource_fault(row, "organisation_id", required());
            return None;
        };
        if self.known.only.is_some_and(|only| *only != found) {
            self.resource_fault(
                row,
                "organisation_id",
                (
                    "sheet.other_office",
                    "只能导入本部门的资源。请由该部门人员导入，或改为本部门。".to_owned(),
                    "You may import resources of your own department only. Have the other import its own."
                        .to_owned(),
                ),
            );
        }
        Some(found)
    }

    /// Code and name stand once, in the file and in the catalogue.
    pub(super) fn once(&mut self, row: &Row, organisation: Option<&OrganisationId>, seen: &mut Seen) {
        if let Some(code) = row.get("code") {
            if self.known.codes.contains(code) {
                self.resource_fault(row, "code", (
                    "catalog.resource.code_taken",
                    "目录中已有这个编码。请换一个，或留空由系统生成；如要修改已有资源，请在目录中打开它。".to_owned(),
                    "The catalogue has this code. Choose another or leave it empty; to change a resource, open it.".to_owned(),
                ));
            }
            if let Some(first) = seen.codes.insert(code.to_owned(), row.number) {
                self.twice(row, "code", first);
            }
        }
        if let (Some(name), Some(office)) = (row.get("name"), organisation) {
            let key = (office.clone(), name.to_owned());
            if self.known.names.contains(&key) {
                self.resource_fault(row, "name", (
                    "catalog.resource.name_taken",
                    "本部门目录中已有同名资源。请改名，或在目录中修改已有的资源。".to_owned(),
                    "The office's catalogue has a resource of this name. Rename it, or change the existing one.".to_owned(),
                ));
            }
            if let Some(first) = seen.names.insert(key, row.number) {
                self.twice(row, "name", first);
            }
        }
    }

    fn twice(&mut self, row: &Row, key: &str, first: u32) {
        self.spoiled.insert(first);
        self.resource_fault(
            row,
            key,
            (
                "sheet.twice",
                format!("与第 {first} 行重复。请改正或删除其一。"),
                format!("The same as in row {first}. Correct or delete one."),
            ),
        );
    }
}

fn unknown_office() -> Told {
    (
        "sheet.unknown_office",
        "没有登记这个机构。请核对名称（全称、简称）或代码；新机构请平台运维先登记。".to_owned(),
        "No such office. Check its name or code; a new one is registered by the platform operator first."
            .to_owned(),
    )
}
