//! What a granted call gets, and the evidence that comes with it.

use ledger::{Hash, verify_inclusion_note};
use plan::*;

use crate::support::*;

/// A granted call is answered out of the database, masked and filtered; the entry is durable, verifies, carries the digest of the
/// answer, and holds no personal data.
#[tokio::test]
async fn a_granted_call_is_answered_with_evidence() {
    let department = Department::joined("accept = \"auto\"").await;
    let agent = department.open();
    let pin = pin();
    assert_eq!(offered(&agent, &pin).await, "accepted");
    let answered = ask(&agent, &query(&pin, &["name", "mobile"])).await.expect("answered");

    let answer = answer(&answered);
    assert_eq!(answer.rows.len(), 1, "the row of another region is not there");
    assert_eq!(answer.rows[0].items[0].value.as_deref(), Some("张三丰"));
    assert_eq!(
        answer.rows[0].items[1].value,
        Some(standards::value::mask(&standards::value::ValueKind::Mobile, "13812345678"))
    );
    assert!(answer.salt.len() >= 32);

    let proof: Vec<Hash> =
        answered.proof.iter().map(|hash| Hash::from_slice(hash).expect("a hash")).collect();
    verify_inclusion_note(
        &answered.checkpoint,
        agent.recorder.verifier(),
        answered.index,
        &answered.entry,
        &proof,
    )
    .expect("the entry is in the log");
    let leaf = agent::record::leaf::Leaf::read(&answered.entry);
    assert_eq!(leaf.answer, Some(sha256_hex(&answered.answer_json)));
    assert_eq!(
        (leaf.kind.as_str(), leaf.rows, leaf.at.as_str()),
        ("agent.query", Some(1), "2024-01-05T08:30+08:00")
    );
    let text = String::from_utf8(answered.entry.to_vec()).expect("text");
    for private in [SUBJECT, "张三丰", "BJ-2024-1", "client-1", "138"] {
        assert!(!text.contains(private), "{private} stands in the leaf: {text}");
    }
    assert!(agent.recorder.verify().expect("verified").is_ok());
}

/// Whoever holds the private part can open the commitment to the subject; without it nobody can.
#[tokio::test]
async fn the_commitment_opens_with_its_salt() {
    let department = Department::joined("accept = \"auto\"").await;
    let agent = department.open();
    let pin = pin();
    offered(&agent, &pin).await;
    let answered = ask(&agent, &query(&pin, &["name"])).await.expect("answered");
    let private = agent.recorder.private(answered.index).expect("readable").expect("there");
    let mut salt = [0_u8; 32];
    hex::decode_to_slice(private["salt"].as_str().expect("salt"), &mut salt).expect("hex");
    let leaf = agent::record::leaf::Leaf::read(&answered.entry);
    assert_eq!(leaf.subject, Some(agent::record::commitment(&salt, SUBJECT)));
    assert_eq!(private["case"], "BJ-2024-1");
    assert_eq!(private["at_ms"], NOW);
    assert!(!private.to_string().contains(SUBJECT), "the subject stands nowhere in clear");
}

/// Verify answers with verdicts only.
#[tokio::test]
async fn a_claim_is_verified_without_the_datum() {
    let department = Department::joined("accept = \"auto\"").await;
    let agent = department.open();
    let pin = pin();
    offered(&agent, &pin).await;
    let verdict = async |name: &str| {
        let claims = vec![KeyValue { item: "name".into(), value: name.into() }];
        let answered =
            ask(&agent, &Call { shape: Shape::Verify, claims, ..query(&pin, &[]) }).await.expect("answered");
        assert!(!String::from_utf8_lossy(&answered.answer_json).contains("张三丰"));
        answer(&answered).verdicts[0].verdict
    };
    assert_eq!(verdict("张三丰").await, Verdict::Yes);
    assert_eq!(verdict("李四").await, Verdict::No);
}

/// A document counts once against the quota of its day, however often it was begun, also after a restart.
#[tokio::test]
async fn documents_are_counted_across_a_restart() {
    let department = Department::joined("accept = \"auto\"").await;
    let mut pin = pin();
    pin.grant.shapes = vec![Shape::File];
    let agent = department.open();
    offered(&agent, &pin).await;
    let held = agent.book.get(&pin.grant.grant).expect("pinned");
    for handover in ["first", "first", "second"] {
        let mut call = query(&pin, &["name"]);
        (call.shape, call.call) = (Shape::File, handover.to_owned());
        let task = check(&held.pinned, &call, NOW).expect("admitted");
        let used = agent::record::Use { call: &call, grant: &pin.grant, task: &task, answer: "", rows: 1 };
        agent.recorder.used(used).await.expect("recorded");
    }
    let counted = agent.recorder.answered_today(NOW).expect("readable");
    assert_eq!(counted.get(&pin.grant.grant), Some(&2));
}

/// Somebody who is not in the database is answered with no rows, and that stands in the record too.
#[tokio::test]
async fn nobody_there_is_an_answer() {
    let department = Department::joined("accept = \"auto\"").await;
    let agent = department.open();
    let pin = pin();
    offered(&agent, &pin).await;
    let mut call = query(&pin, &["name"]);
    call.subject.value = "110105194912310054".into();
    let answered = ask(&agent, &call).await.expect("answered");
    assert!(answer(&answered).rows.is_empty());
    assert_eq!(record(&agent).last().and_then(|leaf| leaf.rows), Some(0));
}

/// The agent counts by itself: a hub that does not keep the quota is stopped here, also across a restart and a new version.
#[tokio::test]
async fn the_quota_is_kept_by_the_agent() {
    let department = Department::joined("accept = \"auto\"").await;
    let mut pin = pin();
    pin.grant.quota_per_day = 2;
    let call = query(&pin, &["name"]);
    {
        let agent = department.open();
        offered(&agent, &pin).await;
        assert!(ask(&agent, &call).await.is_ok());
    }
    let agent = department.open();
    assert!(ask(&agent, &call).await.is_ok());
    assert_eq!(ask(&agent, &call).await.expect_err("used up").code, "quota.day");
    let mut next = pin.clone();
    next.grant.version += 1;
    offered(&agent, &next).await;
    let call = query(&next, &["name"]);
    assert_eq!(ask(&agent, &call).await.expect_err("still used up").code, "quota.day");
    department.clock.advance_ms(16 * 3_600_000);
    let mut tomorrow = next.clone();
    tomorrow.grant.valid_until_ms += 86_400_000;
    offered(&agent, &tomorrow).await;
    assert!(ask(&agent, &query(&tomorrow, &["name"])).await.is_ok(), "a new day");
}
