using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Sqlite;

public static class SqliteMessagingBuilderExtensions
{
    /// <summary>Keeps the service's data, outbox and inbox in one SQLite file (section <c>Database</c>).</summary>
    public static MessagingBuilder UseSqlite(this MessagingBuilder messages, Action<SqliteStoreOptions> configure)
    {
        messages.Services.AddOptions<SqliteStoreOptions>()
            .Configure(configure).ValidateDataAnnotations().ValidateOnStart();
        messages.Services.AddSingleton<SqliteDatabase>();
        messages.Services.AddSingleton<IDatabase>(services => services.GetRequiredService<SqliteDatabase>());
        messages.Services.AddSingleton<IMessageStore, SqliteStore>();
        return messages;
    }
}
