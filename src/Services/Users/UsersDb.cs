using Microsoft.EntityFrameworkCore;
using OpenIddict.EntityFrameworkCore.Models;

namespace Tessera.Users;

/// <summary>The tables of the token server. Its model is OpenIddict's own but for the successors; the accounts are read
/// and written in SQL.</summary>
internal sealed class UsersDb(DbContextOptions<UsersDb> options) : DbContext(options)
{
    /// <summary>A column of the tokens: the refresh token that took this one's place.</summary>
    public const string SuccessorId = "SuccessorId";

    public DbSet<OpenIddictEntityFrameworkCoreAuthorization> Authorizations =>
        Set<OpenIddictEntityFrameworkCoreAuthorization>();

    public DbSet<OpenIddictEntityFrameworkCoreToken> Tokens => Set<OpenIddictEntityFrameworkCoreToken>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.UseOpenIddict();
        modelBuilder.Entity<OpenIddictEntityFrameworkCoreToken>().Property<string?>(SuccessorId);
    }
}
