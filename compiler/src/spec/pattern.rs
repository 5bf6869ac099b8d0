use super::fault::Fault;
pub fn branch(_: &str) -> Result<(), Fault> {
    Ok(())
}
pub fn tag(_: &str) -> Result<(), Fault> {
    Ok(())
}
pub fn path(_: &str) -> Result<(), Fault> {
    Ok(())
}
