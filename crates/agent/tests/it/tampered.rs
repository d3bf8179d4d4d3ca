//! A hub that was tampered with gets nothing, and the attempt stands in the record.

use plan::*;

use crate::support::*;

async fn department() -> Department {
    Department::joined("accept = \"auto\"").await
}

/// Each way of asking for more than was agreed is refused, without touching what it asked for; each refusal is recorded.
#[tokio::test]
async fn ungranted_items_and_rows_never_leave() {
    let department = department().await;
    let agent = department.open();
    let pin = pin();
    offered(&agent, &pin).await;
    type Tamper = fn(&mut Call);
    let attempts: &[(&str, Tamper)] = &[
        ("plan.item_not_granted", |call| call.items.push("card".into())),
        ("plan.item_not_granted", |call| call.items.push("YHKH".into())),
        ("plan.item_not_granted", |call| call.items.push("income".into())),
        ("plan.subject_missing", |call| call.subject.value.clear()),
        ("plan.key_not_mounted", |call| {
            call.subject = KeyValue { item: "region".into(), value: "330106".into() }
        }),
        ("plan.key_not_mounted", |call| {
            call.subject = KeyValue { item: "name".into(), value: "邻居王五".into() }
        }),
        ("plan.narrow_not_granted", |call| {
            call.narrow.all.push(Condition {
                item: "income".into(),
                op: ConditionOp::AtLeast,
                values: vec!["5000".into()],
            });
        }),
        ("plan.too_many_items", |call| call.items = vec!["name".into(); 1_000]),
        ("plan.purpose_not_granted", |call| call.purpose.matter = "OTHER".into()),
        ("plan.case_missing", |call| call.case.clear()),
        ("plan.grant_not_pinned", |call| call.grant = "g2".into()),
    ];
    for (number, (code, tamper)) in attempts.iter().enumerate() {
        let mut call = query(&pin, &["name"]);
        tamper(&mut call);
        let refused = ask(&agent, &call).await.expect_err(code);
        assert_eq!(refused.code, *code);
        for secret in SECRETS {
            assert!(!format!("{refused:?}").contains(secret));
        }
        assert_eq!(last_refusal(&agent).as_deref(), Some(*code));
        let refusals = record(&agent).iter().filter(|leaf| leaf.kind == "agent.refused").count();
        assert_eq!(refusals, number + 1, "each attempt has its entry");
    }
    assert!(!record(&agent).iter().any(|leaf| leaf.is_use()), "nothing left");
}

/// A pin that the hub only claims: the digest of a widened pin, or a widened pin under the digest of the accepted one.
#[tokio::test]
async fn a_pin_cannot_be_swapped() {
    let department = Department::joined("accept = \"manual\"").await;
    let agent = department.open();
    let pin = pin();
    offered(&agent, &pin).await;
    agent.book.approve("g1", &digest(&pin), agent::pins::Approval::Accept, "li").await.expect("approved");

    let mut wide = pin.clone();
    wide.grant.items.push(GrantedItem { item: "card".into(), masked: false, verify_only: false });
    let call = query(&wide, &["card"]);
    assert_eq!(ask(&agent, &call).await.expect_err("not pinned").code, "plan.pin_mismatch");
    let mut forged = offer(&wide);
    forged.digest = digest(&pin);
    assert_eq!(agent.book.offer(&forged).await.state, "refused");
    let mut renamed = offer(&wide);
    renamed.grant = "g9".into();
    assert_eq!(agent.book.offer(&renamed).await.state, "refused");
    assert!(ask(&agent, &query(&pin, &["name"])).await.is_ok(), "what was agreed to still holds");
    assert!(record(&agent).iter().filter(|leaf| leaf.kind == "agent.pin.refused").count() == 2);
}

/// The granted name laid over another column, or another table under the same grant: it waits for a person, also under `auto`,
/// and the old pin stays in force.
#[tokio::test]
async fn a_changed_mount_waits_for_a_person() {
    let department = department().await;
    let agent = department.open();
    let pin = pin();
    offered(&agent, &pin).await;
    for tamper in [|m: &mut Mount| m.items[1].column = "YHKH".into(), |m: &mut Mount| m.table = "GZ".into()] {
        let mut moved = pin.clone();
        moved.grant.version += 1;
        tamper(&mut moved.mount);
        assert_eq!(offered(&agent, &moved).await, "pending");
        assert_eq!(
            ask(&agent, &query(&moved, &["name"])).await.expect_err("not yet").code,
            "plan.pin_mismatch"
        );
        let mut other = moved.clone();
        other.grant.grant = "fresh".into();
        assert_eq!(offered(&agent, &other).await, "pending", "a new grant id is no way around");
    }
    assert!(ask(&agent, &query(&pin, &["name"])).await.is_ok());
}

/// An expired grant gives nothing, whatever the hub's clock says; a revoked one neither, and calls cannot be replayed.
#[tokio::test]
async fn expired_and_revoked_grants_give_nothing() {
    let department = department().await;
    let agent = department.open();
    let pin = pin();
    offered(&agent, &pin).await;
    let call = query(&pin, &["name"]);
    assert!(ask(&agent, &call).await.is_ok());
    let revoke = wire::proto::PinRevoke { grant: "g1".into(), reason: "到期终止".into() };
    assert_eq!(agent.book.revoke(&revoke).await.state, "revoked");
    assert_eq!(ask(&agent, &call).await.expect_err("revoked").code, "plan.grant_not_pinned");
    assert_eq!(record(&agent).iter().filter(|leaf| leaf.kind == "agent.pin.revoked").count(), 1);

    assert_eq!(offered(&agent, &pin).await, "accepted", "offered again, under auto");
    department.clock.advance_ms(2_000_000);
    assert_eq!(ask(&agent, &call).await.expect_err("expired").code, "plan.expired");
}

/// Removing the row condition makes it another pin; an older version that was wider is not taken back.
#[tokio::test]
async fn older_and_unfiltered_versions_are_not_taken() {
    let department = Department::joined("accept = \"manual\"").await;
    let agent = department.open();
    let pin = pin();
    offered(&agent, &pin).await;
    agent.book.approve("g1", &digest(&pin), agent::pins::Approval::Accept, "li").await.expect("approved");
    let mut unfiltered = pin.clone();
    unfiltered.grant.row_filter.all.clear();
    assert_eq!(offered(&agent, &unfiltered).await, "pending");
    let mut older = unfiltered.clone();
    older.grant.version -= 1;
    assert_eq!(offered(&agent, &older).await, "refused");
    let answered = ask(&agent, &query(&pin, &["name"])).await.expect("answered");
    assert_eq!(answer(&answered).rows.len(), 1);
}

/// The deny list wins over every grant: at the offer, and for a pin that was accepted before the list was changed.
#[tokio::test]
async fn the_deny_list_wins() {
    let mut department = department().await;
    let pin = pin();
    {
        let agent = department.open();
        assert_eq!(offered(&agent, &pin).await, "accepted");
    }
    let rule = |table: &str, columns: Option<&str>| agent::deny::DenyRule {
        source: "*".into(),
        table: table.into(),
        columns: columns.map(|column| vec![column.into()]),
    };
    for (list, items) in [(rule("db_ry", Some("sj*")), ["mobile"]), (rule("DB_*", None), ["name"])] {
        department.config.deny = agent::deny::DenyList::new(&[list]).expect("a list");
        let agent = department.open();
        assert_eq!(ask(&agent, &query(&pin, &items)).await.expect_err("denied").code, "agent.denied");
        assert_eq!(last_refusal(&agent).as_deref(), Some("agent.denied"));
        let mut fresh = pin.clone();
        fresh.grant.grant = "g2".into();
        assert_eq!(offered(&agent, &fresh).await, "refused");
    }
}

/// Bytes that are no call are refused and recorded; the message repeats nothing of them.
#[tokio::test]
async fn malformed_calls_are_refused() {
    let department = department().await;
    let agent = department.open();
    for bytes in [&b""[..], b"null", b"{\"call\":\"", &[0xff; 64], &vec![b'['; 300_000]] {
        let request = wire::proto::CallRequest { id: 9, call_json: bytes.to_vec().into(), timeout_ms: 0 };
        let reply = agent.executor.answer(&request, &tokio_util::sync::CancellationToken::new()).await;
        assert_eq!(reply.id, 9);
        assert_eq!(outcome(reply.outcome).expect_err("refused").code, "plan.call_malformed");
    }
    assert_eq!(last_refusal(&agent).as_deref(), Some("plan.call_malformed"));
}

/// Ten thousand attempts leave a bounded number of entries, and none is forgotten in the count.
#[tokio::test]
async fn a_flood_of_attempts_does_not_fill_the_disk() {
    let department = department().await;
    let agent = department.open();
    let pin = pin();
    offered(&agent, &pin).await;
    let before = agent.recorder.size();
    let call = query(&pin, &["card"]);
    for _ in 0..10_000 {
        assert!(ask(&agent, &call).await.is_err());
    }
    agent.recorder.flush_refused().await.expect("recorded");
    let entries: Vec<_> = record(&agent).split_off(usize::try_from(before).expect("small"));
    assert!(entries.len() < 100, "{} entries", entries.len());
    assert_eq!(entries.iter().map(|leaf| leaf.count.unwrap_or(1)).sum::<u64>(), 10_000);
}
