//! Codes of a device as second step of a log-in.

use axum::http::StatusCode;
use data_encoding::BASE32_NOPAD;
use kernel::Role;
use serde_json::{Value, json};

use crate::world::{Answer, PASSWORD, World, on_both};

const OWN: &str = "/api/v1/session/second-factor";

/// The code a device shows now.
fn code(world: &World, secret: &str) -> String {
    let secret = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    totp.generate(u64::try_from(world.now() / 1000).unwrap()).to_string()
}

/// Enrols a factor; gives secret and recovery codes.
async fn enrol(world: &World, cookie: &str) -> (String, Vec<String>) {
    let begun = world.console(cookie, "POST", &format!("{OWN}/enrol"), json!({"password": PASSWORD})).await;
    assert_eq!(begun.status, StatusCode::OK, "{}", begun.body);
    let secret = begun.body["secret"].as_str().unwrap().to_owned();
    assert!(begun.body["otpauth_uri"].as_str().unwrap().contains(&secret));
    assert!(begun.body["qr_svg"].as_str().unwrap().contains("<svg"));
    let body = json!({"code": code(world, &secret)});
    let done = world.console(cookie, "POST", &format!("{OWN}/confirm"), body).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    let codes = done.body["recovery_codes"].as_array().unwrap();
    (secret, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

async fn first_step(world: &World, name: &str) -> String {
    let answer = world.try_log_in(name, PASSWORD).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    assert!(answer.cookie_named("guantong_session").is_none(), "a session before the code");
    answer.body["challenge"].as_str().unwrap().to_owned()
}

async fn second_step(world: &World, challenge: &str, code: &str) -> Answer {
    let body = json!({"challenge": challenge, "code": code});
    world.send("POST", "/api/v1/session/code", &[], body).await
}

on_both! {
    /// With a factor the password alone begins no session; a code does, once, and neither it nor the challenge counts again.
    async fn two_steps(world: World) {
        let (_, cookie) = world.user("wang", Role::DepartmentOperator, &world.police).await;
        let (secret, _) = enrol(&world, &cookie).await;
        // The code that confirmed the device is used up as well.
        let used = code(&world, &secret);
        let challenge = first_step(&world, "wang").await;
        assert!(second_step(&world, &challenge, &used).await.is(401, "identify.wrong_code"));
        world.clock.advance_ms(30_000);
        let fresh = code(&world, &secret);
        let done = second_step(&world, &challenge, &fresh).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.body);
        assert_eq!(world.console(&done.cookie(), "GET", "/probe", Value::Null).await.status, StatusCode::OK);
        assert!(second_step(&world, &challenge, &fresh).await.is(401, "identify.challenge"));
        let other = first_step(&world, "wang").await;
        assert!(second_step(&world, &other, &fresh).await.is(401, "identify.wrong_code"), "replayed");
        world.clock.advance_ms(5 * 60_000);
        let late = second_step(&world, &other, &code(&world, &secret)).await;
        assert!(late.is(401, "identify.challenge"), "{}", late.body);
    }

    /// Guessing codes ends after five, and a right password in between opens no further tries.
    async fn guessing_is_throttled(world: World) {
        let (_, cookie) = world.user("wang", Role::DepartmentOperator, &world.police).await;
        let (secret, _) = enrol(&world, &cookie).await;
        world.clock.advance_ms(30_000);
        for left in [4, 3, 2, 1] {
            let challenge = first_step(&world, "wang").await;
            let wrong = second_step(&world, &challenge, "000000").await;
            assert!(wrong.is(401, "identify.wrong_code"), "{}", wrong.body);
            assert_eq!(wrong.body["error"]["attempts_left"], json!(left));
        }
        let challenge = first_step(&world, "wang").await;
        assert!(second_step(&world, &challenge, "000000").await.is(429, "identify.throttled"));
        let right = second_step(&world, &challenge, &code(&world, &secret)).await;
        assert!(right.is(429, "identify.throttled"), "{}", right.body);
        world.clock.advance_ms(15 * 60_000);
        let challenge = first_step(&world, "wang").await;
        assert_eq!(second_step(&world, &challenge, &code(&world, &secret)).await.status, StatusCode::OK);
        assert!(world.evidence().await.contains(&"identity.login_failed".to_owned()));
    }

    /// A recovery code counts once; new ones end the old ones; none stands in the database in clear.
    async fn recovery_codes(world: World) {
        let (_, cookie) = world.user("wang", Role::DepartmentOperator, &world.police).await;
        let (secret, codes) = enrol(&world, &cookie).await;
        assert_eq!(codes.len(), 10);
        let challenge = first_step(&world, "wang").await;
        let typed = codes[0].to_lowercase().replace('-', " ");
        assert_eq!(second_step(&world, &challenge, &typed).await.status, StatusCode::OK);
        let challenge = first_step(&world, "wang").await;
        assert!(second_step(&world, &challenge, &codes[0]).await.is(401, "identify.wrong_code"));
        let state = world.console(&cookie, "GET", OWN, Value::Null).await;
        assert_eq!(state.body["recovery_codes_left"], json!(9));
        world.clock.advance_ms(30_000);
        let body = json!({"code": code(&world, &secret)});
        let renewed = world.console(&cookie, "POST", &format!("{OWN}/recovery-codes"), body).await;
        assert_eq!(renewed.status, StatusCode::OK, "{}", renewed.body);
        let challenge = first_step(&world, "wang").await;
        assert!(second_step(&world, &challenge, &codes[1]).await.is(401, "identify.wrong_code"));
        let new = renewed.body["recovery_codes"][0].as_str().unwrap();
        assert_eq!(second_step(&world, &challenge, new).await.status, StatusCode::OK);
        assert!(world.evidence().await.contains(&"identity.recovery_code.used".to_owned()));
    }

    /// Enrolling needs the password; removing needs password and code; a demanded factor cannot be removed.
    async fn a_desk_left_open_is_not_enough(world: World) {
        let (_, cookie) = world.user("wang", Role::DepartmentOperator, &world.police).await;
        let wrong = world.console(&cookie, "POST", &format!("{OWN}/enrol"), json!({"password": "guess"})).await;
        assert!(wrong.is(401, "identify.wrong_password"), "{}", wrong.body);
        let (secret, _) = enrol(&world, &cookie).await;
        let again = world.console(&cookie, "POST", &format!("{OWN}/enrol"), json!({"password": PASSWORD})).await;
        assert!(again.is(409, "identity.second_factor.enrolled"), "{}", again.body);
        world.clock.advance_ms(30_000);
        let remove = format!("{OWN}/remove");
        let half = world.console(&cookie, "POST", &remove, json!({"password": PASSWORD, "code": "1"})).await;
        assert!(half.is(401, "identify.wrong_code"), "{}", half.body);
        let both = json!({"password": PASSWORD, "code": code(&world, &secret)});
        let setting = identity::settings::second_factor(Role::DepartmentOperator);
        world.set(setting, true).await;
        let kept = world.console(&cookie, "POST", &remove, both.clone()).await;
        assert!(kept.is(403, "identity.second_factor.required"), "{}", kept.body);
        world.set(setting, false).await;
        world.clock.advance_ms(30_000);
        let both = json!({"password": PASSWORD, "code": code(&world, &secret)});
        let gone = world.console(&cookie, "POST", &remove, both).await;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.body);
        assert_eq!(world.try_log_in("wang", PASSWORD).await.status, StatusCode::OK);
    }

    /// Where a role must have a factor, everything but the own account is closed until it is enrolled.
    async fn demanded_of_a_role(world: World) {
        let (_, cookie) = world.user("head", Role::DepartmentHead, &world.police).await;
        let (_, other) = world.user("wang", Role::DepartmentOperator, &world.police).await;
        world.set(identity::settings::second_factor(Role::DepartmentHead), true).await;
        let closed = world.console(&cookie, "GET", "/probe", Value::Null).await;
        assert!(closed.is(403, "identify.second_factor_due"), "{}", closed.body);
        assert_eq!(world.console(&other, "GET", "/probe", Value::Null).await.status, StatusCode::OK);
        let session = world.console(&cookie, "GET", "/api/v1/session", Value::Null).await;
        assert_eq!(session.body["due"], json!("second_factor"));
        enrol(&world, &cookie).await;
        assert_eq!(world.console(&cookie, "GET", "/probe", Value::Null).await.status, StatusCode::OK);
    }

    /// The platform operator takes a lost device off, with a reason; the user's sessions end; not his own.
    async fn reset_by_the_operator(world: World) {
        let (root, operator) = world.user("root-ops", Role::PlatformOperator, &world.police).await;
        let (id, cookie) = world.user("wang", Role::DepartmentOperator, &world.police).await;
        enrol(&world, &cookie).await;
        let path = format!("/api/v1/users/{id}/second-factor/reset");
        assert!(world.console(&operator, "POST", &path, json!({"reason": " "})).await.has("reason", "field.required"));
        let done = world.console(&operator, "POST", &path, json!({"reason": "手机遗失"})).await;
        assert_eq!((done.status, &done.body["second_factor"]), (StatusCode::OK, &json!(false)));
        assert_eq!(world.console(&cookie, "GET", "/probe", Value::Null).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(world.try_log_in("wang", PASSWORD).await.status, StatusCode::OK);
        let own = format!("/api/v1/users/{root}/second-factor/reset");
        let own = world.console(&operator, "POST", &own, json!({"reason": "手机遗失"})).await;
        assert!(own.is(403, "identity.user.own_role"), "{}", own.body);
        assert!(world.evidence().await.contains(&"identity.second_factor.reset".to_owned()));
    }
}
