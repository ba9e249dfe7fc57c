using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Postgres;

/// <summary>Registers the PostgreSQL store.</summary>
public static class PostgresMessagingExtensions
{
    /// <summary>Keeps outbox, inbox, timers and parked messages in the service's PostgreSQL database. Also adds
    /// <see cref="IDatabase"/> and the <see cref="NpgsqlDataSource"/> that all of it shares.</summary>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">At start, when a setting is missing or
    /// out of bounds; it names the setting.</exception>
    public static MessagingBuilder UsePostgres(this MessagingBuilder builder, Action<PostgresStoreOptions> configure)
    {
        builder.Services.AddOptions<PostgresStoreOptions>()
            .Configure(configure).ValidateKeys(PostgresStoreOptions.Section).ValidateOnStart();
        builder.Services.TryAddSingleton<PostgresDatabase>();
        builder.Services.TryAddSingleton(services => services.GetRequiredService<PostgresDatabase>().DataSource);
        builder.Services.TryAddSingleton<IDatabase>(services => services.GetRequiredService<PostgresDatabase>());
        builder.Services.TryAddSingleton<IMessageStore, PostgresStore>();
        return builder;
    }
}
