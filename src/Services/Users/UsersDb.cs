using Microsoft.EntityFrameworkCore;
using OpenIddict.EntityFrameworkCore.Models;

namespace Tessera.Users;

/// <summary>The tables of the token server. Its model is OpenIddict's own but for the successors and the sessions; the
/// accounts are read and written in SQL.</summary>
internal sealed class UsersDb(DbContextOptions<UsersDb> options) : DbContext(options)
{
    /// <summary>A column of the tokens: the refresh token that took this one's place.</summary>
    public const string SuccessorId = "SuccessorId";

    /// <summary>A column of the authorizations: the sign-in (claim <c>sid</c>) that it hangs on, if any.</summary>
    public const string SessionId = "SessionId";

    public DbSet<OpenIddictEntityFrameworkCoreAuthorization> Authorizations =>
        Set<OpenIddictEntityFrameworkCoreAuthorization>();

    public DbSet<OpenIddictEntityFrameworkCoreToken> Tokens => Set<OpenIddictEntityFrameworkCoreToken>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.UseOpenIddict();
        modelBuilder.Entity<OpenIddictEntityFrameworkCoreToken>().Property<string?>(SuccessorId);
        modelBuilder.Entity<OpenIddictEntityFrameworkCoreAuthorization>().Property<string?>(SessionId);
    }
}
