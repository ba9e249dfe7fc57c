using Microsoft.EntityFrameworkCore;

namespace Tessera.Users;

/// <summary>The tables of the token server. Its model is OpenIddict's own; the accounts are read
/// and written in SQL.</summary>
internal sealed class UsersDb(DbContextOptions<UsersDb> options) : DbContext(options);
