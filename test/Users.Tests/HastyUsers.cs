namespace Tessera.Users.Tests;

/// <summary>Users whose times are over within seconds: the leeway of a refresh token, and a device's code, which may
/// be asked for until then.</summary>
public sealed class HastyUsers : UsersProcess
{
    protected override IEnumerable<(string Key, string Value)> Settings =>
    [
        .. base.Settings, ("Users:RefreshTokenLeeway", "00:00:01"), ("Users:DeviceCodeLifetime", "00:00:05"),
        ("Users:FailedSignInsMax", "100"),
    ];
}
