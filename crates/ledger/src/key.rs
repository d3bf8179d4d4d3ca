//! Keys of signed notes: Ed25519 (type 01), in the public text forms.

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};

/// Signature type byte of Ed25519 in the signed-note format.
const ED25519: u8 = 1;
const OTHER_TYPE: &str = "only Ed25519 keys (type 01) are known";
const PRIVATE_PREFIX: &str = "PRIVATE+KEY+";
const NAME_RULE: &str = "a key name is not empty and holds no space and no plus sign";

/// A key name is not empty and holds neither white space nor a plus sign.
fn check_name(name: &str) -> Result<()> {
    if name.is_empty() || name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+') {
        return Err(Error::Key(NAME_RULE));
    }
    Ok(())
}

/// The first four bytes of SHA-256(name || 0x0A || type || public key), big endian.
fn key_id(name: &str, kind: u8, public: &[u8]) -> u32 {
    let mut hasher = Sha256::new();
    hasher.update(name.as_bytes());
    hasher.update([b'\n', kind]);
    hasher.update(public);
    let digest: [u8; 32] = hasher.finalize().into();
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

/// The parts of `name+hex8+base64(type || key material)`, before anything is said about the type.
#[derive(Debug)]
pub(crate) struct KeyText<'a> {
    pub name: &'a str,
    pub id: u32,
    pub kind: u8,
    pub material: Vec<u8>,
}

impl<'a> KeyText<'a> {
    /// Takes the text apart at its first two plus signs; base64 may hold more of them.
    pub fn parse(text: &'a str) -> Result<Self> {
        const FORM: Error = Error::Key("it has the form name+id+base64");
        let (name, tail) = text.trim().split_once('+').ok_or(FORM)?;
        let (id, data) = tail.split_once('+').ok_or(FORM)?;
        check_name(name)?;
        // One spelling only, so that no two texts are the same key.
        let number = u32::from_str_radix(id, 16).ok().filter(|number| format!("{number:08x}") == id);
        let id = number.ok_or(Error::Key("the key id is eight hexadecimal digits in lower case"))?;
        let data = STANDARD.decode(data).map_err(|_| Error::Key("the last part is not base64"))?;
        let (&kind, material) = data.split_first().ok_or(Error::Key("the last part is empty"))?;
        Ok(Self { name, id, kind, material: material.to_vec() })
    }

    /// Whether the id in the text is the one that follows from name, type and key.
    pub fn id_fits(&self) -> bool {
        self.id == key_id(self.name, self.kind, &self.material)
    }

    /// The 32 bytes of a key of the one type asked for.
    pub fn bytes_of(&self, kind: u8, other: &'static str) -> Result<[u8; 32]> {
        if self.kind != kind {
            return Err(Error::Key(other));
        }
        self.material.as_slice().try_into().map_err(|_| Error::Key("an Ed25519 key has 32 bytes"))
    }
}

/// An Ed25519 public key under a name and a signature type: what all our public keys are made of.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PublicKey {
    name: String,
    id: u32,
    kind: u8,
    key: VerifyingKey,
}

impl PublicKey {
    pub fn new(name: &str, kind: u8, public: &[u8; 32]) -> Result<Self> {
        check_name(name)?;
        let key = VerifyingKey::from_bytes(public).map_err(|_| Error::Key("not a point on the curve"))?;
        Ok(Self { name: name.to_owned(), id: key_id(name, kind, public), kind, key })
    }

    pub fn parse(text: &str, kind: u8, other: &'static str) -> Result<Self> {
        let parts = KeyText::parse(text)?;
        let key = Self::new(parts.name, kind, &parts.bytes_of(kind, other)?)?;
        if parts.id_fits() { Ok(key) } else { Err(Error::Key("the key id does not fit name and key")) }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn id(&self) -> u32 {
        self.id
    }

    pub fn bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        ed25519_dalek::Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }
}

/// An Ed25519 private key with its public half: what all our signing keys are made of.
#[derive(Clone)]
pub(crate) struct SecretKey {
    key: SigningKey,
    public: PublicKey,
}

impl SecretKey {
    pub fn generate(name: &str, kind: u8, random: [u8; 32]) -> Result<Self> {
        let key = SigningKey::from_bytes(&random);
        let public = PublicKey::new(name, kind, key.verifying_key().as_bytes())?;
        Ok(Self { key, public })
    }

    pub fn parse(text: &str, kind: u8, other: &'static str) -> Result<Self> {
        let rest = text.trim().strip_prefix(PRIVATE_PREFIX).ok_or(Error::Key("it is not a private key"))?;
        let parts = KeyText::parse(rest)?;
        let secret = Self::generate(parts.name, kind, parts.bytes_of(kind, other)?)?;
        let fits = secret.public.id == parts.id;
        if fits { Ok(secret) } else { Err(Error::Key("the key id does not fit the key")) }
    }

    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    pub fn to_text(&self) -> String {
        let PublicKey { name, id, kind, .. } = &self.public;
        format!("{PRIVATE_PREFIX}{name}+{id:08x}+{}", key_data(*kind, &self.key.to_bytes()))
    }

    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

fn key_data(kind: u8, bytes: &[u8; 32]) -> String {
    let mut data = vec![kind];
    data.extend_from_slice(bytes);
    STANDARD.encode(data)
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{:08x}+{}", self.name, self.id, key_data(self.kind, self.bytes()))
    }
}

/// Reads a file with one key.
pub(crate) fn read_key_file(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|e| Error::io("read", &path.display().to_string(), e))
}

/// Writes a secret to a new file that only its owner can read (mode 0600), durably. An existing file is an error.
pub(crate) fn write_key_file(path: &Path, secret: &str) -> Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .and_then(|mut file| {
            file.write_all(format!("{secret}\n").as_bytes())?;
            file.sync_all()
        })
        .map_err(|e| Error::io("write", &path.display().to_string(), e))
}

/// The public half of a log's key, in the text form `name+hex8+base64(type || key)`.
#[derive(Clone, PartialEq, Eq)]
pub struct VerifierKey(PublicKey);

impl VerifierKey {
    /// Builds the key from its name and the 32 bytes of an Ed25519 public key.
    pub fn from_public(name: &str, public: &[u8; 32]) -> Result<Self> {
        PublicKey::new(name, ED25519, public).map(Self)
    }

    /// Reads the text form.
    pub fn parse(text: &str) -> Result<Self> {
        PublicKey::parse(text, ED25519, OTHER_TYPE).map(Self)
    }

    /// The key's name; for a log it equals the origin.
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// The four-byte key id as it stands in signature lines.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// The 32 bytes of the Ed25519 public key.
    pub fn public(&self) -> &[u8; 32] {
        self.0.bytes()
    }

    /// Whether `signature` is this key's signature over `message`.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify(message, signature)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

impl std::str::FromStr for VerifierKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

/// A log's signing key. Its `Debug` form never shows the secret.
#[derive(Clone)]
pub struct Signer {
    secret: SecretKey,
    verifier: VerifierKey,
}

impl Signer {
    fn of(secret: SecretKey) -> Self {
        Self { verifier: VerifierKey(secret.public().clone()), secret }
    }

    /// Makes a key from a name and 32 random bytes, which the caller draws from a secure source.
    pub fn generate(name: &str, random: [u8; 32]) -> Result<Self> {
        SecretKey::generate(name, ED25519, random).map(Self::of)
    }

    /// Reads the text form `PRIVATE+KEY+name+hex8+base64(type || seed)`.
    pub fn parse(text: &str) -> Result<Self> {
        SecretKey::parse(text, ED25519, OTHER_TYPE).map(Self::of)
    }

    /// The secret in its text form. Write it nowhere but into a file that only the service can read.
    pub fn to_secret_text(&self) -> String {
        self.secret.to_text()
    }

    /// Reads a key file written by [`Signer::to_file`].
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        Self::parse(&read_key_file(path.as_ref())?)
    }

    /// Writes the key to a new file that only its owner can read (mode 0600), durably. An existing file is an error:
    /// overwriting a key would orphan the log that it signed.
    pub fn to_file(&self, path: impl AsRef<Path>) -> Result<()> {
        write_key_file(path.as_ref(), &self.to_secret_text())
    }

    /// The key's name; for a log it equals the origin.
    pub fn name(&self) -> &str {
        self.verifier.name()
    }

    /// The public half.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The 64-byte signature over `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.secret.sign(message)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.verifier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example key of the signed-note specification is read and written back unchanged.
    #[test]
    fn golden_verifier_key() {
        let text = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
        let key = VerifierKey::parse(text).unwrap();
        assert_eq!(key.name(), "example.com/foo");
        assert_eq!(key.id(), 0x530d_903a);
        assert_eq!(key.to_string(), text);
        assert!(VerifierKey::parse(&text.replace("530d903a", "530d903b")).is_err());
        assert!(VerifierKey::parse(&text.replace("foo", "bar")).is_err());
    }

    /// A private key survives its file, the file is private, and it is never overwritten.
    #[test]
    fn key_file_round_trips() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.key");
        let signer = Signer::generate("county/log", [7; 32]).unwrap();
        signer.to_file(&path).unwrap();
        let read = Signer::from_file(&path).unwrap();
        assert_eq!(read.verifier(), signer.verifier());
        assert!(read.verifier().verify(b"m", &signer.sign(b"m")));
        assert!(!read.verifier().verify(b"n", &signer.sign(b"m")));
        assert!(signer.to_file(&path).is_err());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    /// Neither a debug print nor a bad name gives the secret away or builds a key.
    #[test]
    fn secrets_stay_out_of_debug_and_names_are_checked() {
        let signer = Signer::generate("county/log", [7; 32]).unwrap();
        let secret = STANDARD.encode([7u8; 32]);
        assert!(!format!("{signer:?}").contains(&secret[..20]));
        for name in ["", "a b", "a+b", "a\nb"] {
            assert_eq!(Signer::generate(name, [7; 32]).unwrap_err().code(), "ledger.key");
        }
    }
}
