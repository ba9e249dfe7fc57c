using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Tessera.Messaging.EntityFramework;

namespace Tessera.MessagingDefaults;

/// <summary>Entity Framework Core for the services that want it; the others never load it.</summary>
public static class DatabaseContextExtensions
{
    /// <summary>Adds an Entity Framework Core context on the service's own database. The schema stays
    /// with <c>Schema/*.sql</c>.</summary>
    public static WebApplicationBuilder AddDatabaseContext<TContext>(
        this WebApplicationBuilder builder, Action<DbContextOptionsBuilder>? configure = null)
        where TContext : DbContext
    {
        builder.Services.AddMessagingDbContext<TContext>((services, context) =>
        {
            if (services.GetRequiredService<ServiceDatabase>() is SqliteServiceDatabase sqlite)
            {
                context.UseSqlite(
                    new SqliteConnectionStringBuilder { DataSource = sqlite.File, DefaultTimeout = 15 }.ToString());
            }
            else context.UseNpgsql(services.GetRequiredService<NpgsqlDataSource>());
            configure?.Invoke(context);
        });
        return builder;
    }
}
