using System.Security.Cryptography;
using Tessera.Cli.Shop;
using Tessera.Cli.Up;
using Tessera.Users.Contracts;
using Xunit;

namespace Tessera.Cli.Tests;

public sealed class KeysTests : IDisposable
{
    private static readonly DateTimeOffset _now = new(2026, 11, 27, 4, 30, 0, TimeSpan.Zero);
    private readonly string _data = Directory.CreateTempSubdirectory("tessera-keys-").FullName;

    [Fact]
    public void Makes_a_key_that_signs_once_everyone_knows_it()
    {
        var keys = Directory.CreateDirectory(Path.Combine(_data, "keys")).FullName;
        SigningKeyFile.Make(keys, _now.AddDays(-1));
        Assert.Equal(_now.AddMinutes(10), KeysCommand.Rotate(new RunFolder(_data), _now));
        var made = Path.Combine(keys, "signing-20261127044000.pem");
        using var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(made));
        Assert.Equal(256, key.KeySize);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(made));
    }

    [Fact]
    public void Makes_no_second_one_while_the_first_waits_for_its_turn()
    {
        SigningKeyFile.Make(Directory.CreateDirectory(Path.Combine(_data, "keys")).FullName, _now.AddDays(-1));
        KeysCommand.Rotate(new RunFolder(_data), _now);
        var refused = Assert.Throws<UserError>(() => KeysCommand.Rotate(new RunFolder(_data), _now.AddMinutes(9)));
        Assert.Contains("04:40:00", refused.Message, StringComparison.Ordinal);
        KeysCommand.Rotate(new RunFolder(_data), _now.AddMinutes(11));
    }

    [Fact]
    public void Makes_none_where_no_store_was_started() =>
        Assert.Throws<UserError>(() => KeysCommand.Rotate(new RunFolder(_data), _now));

    public void Dispose() => Directory.Delete(_data, recursive: true);
}
