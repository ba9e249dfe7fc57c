using DbUp.Builder;
using Microsoft.Data.Sqlite;

namespace Tessera.MessagingDefaults;

internal sealed class SqliteServiceDatabase(string file) : ServiceDatabase
{
    private static readonly TimeSpan lockPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan lockRetry = TimeSpan.FromMilliseconds(50);

    public string File => file;

    public override string Engine => "sqlite";

    public override UpgradeEngineBuilder Upgrade(SupportedDatabases to) => to.SqliteDatabase(
        new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 30 }.ToString());

    public override async Task<IAsyncDisposable> LockSchemaAsync(CancellationToken stop)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(lockPatience);
        while (true)
        {
            try
            {
                return new FileStream(
                    file + ".schema-lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (!patience.IsCancellationRequested)
            {
                await Task.Delay(lockRetry, stop); // Another replica applies the schema.
            }
        }
    }

    public override string ToString() => file;
}
