using Tessera.Cli.Keeping;
using Tessera.Cli.Up;
using Xunit;

namespace Tessera.Cli.Tests.Keeping;

public sealed class StoreFilesTests
{
    [Fact]
    public void The_logins_of_databases_that_the_store_starts_are_in_no_backup_also_while_one_is_changed()
    {
        using var data = Some.Folder();
        var folder = new RunFolder(data.Path);
        folder.WriteDatabaseOf("orders", "a login");
        folder.WriteBegunDatabaseOf("orders", "the next one");
        File.WriteAllText(Path.Combine(data.Path, "keys", "signing.json"), "{}");
        Assert.Equal([Path.Combine("keys", "signing.json")], StoreFiles.In(data.Path));
        folder.ForgetDatabases();
        Assert.Null(folder.ReadBegunDatabaseOf("orders"));
    }
}
