using Tessera.Cli.Servers;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Cli.Tests.Servers;

public sealed class PostgresHomeTests
{
    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherWrite)]
    [InlineData(null)] // A link to somewhere else.
    public async Task Root_puts_nothing_into_a_folder_that_another_user_may_have_made_first(UnixFileMode? mode)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
        {
            Assert.Skip("Only root keeps PostgreSQL's files outside of the store's folder.");
            return;
        }
        using var store = Some.Folder();
        using var elsewhere = Some.Folder();
        var server = new PostgresHere(store.Path);
        if (server.Missing is { } missing) MissingServer.SkipOrFail(missing);
        if (mode is { } open)
        {
            Directory.CreateDirectory(server.Home);
            File.SetUnixFileMode(server.Home, open);
        }
        else
        {
            File.CreateSymbolicLink(server.Home, elsewhere.Path);
        }
        try
        {
            var refused = await Assert.ThrowsAsync<UserError>(() => server.PrepareAsync(default));
            Assert.Contains(server.Home, refused.Message, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere.Path));
            Assert.Empty(Directory.EnumerateFileSystemEntries(server.Home));
        }
        finally
        {
            if (mode is null) File.Delete(server.Home);
            else Directory.Delete(server.Home);
        }
    }
}
