using System.Reflection;

namespace Tessera.Messaging.Conformance;

/// <summary>Says that a backend does not bind a suite, and why.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class UnboundAttribute(Type suite, string reason) : Attribute
{
    public Type Suite { get; } = suite;

    public string Reason { get; } = reason;
}

/// <summary>The rule that every backend binds every suite, or says why it does not.</summary>
public static class Suites
{
    /// <summary>One line for each suite that a backend of the assembly neither binds nor names in
    /// <see cref="UnboundAttribute"/> with a reason.</summary>
    public static IReadOnlyList<string> Unbound(Assembly tests) => Unbound(tests.GetTypes());

    /// <inheritdoc cref="Unbound(Assembly)"/>
    public static IReadOnlyList<string> Unbound(IReadOnlyCollection<Type> types) =>
    [
        .. types.Where(type => type is { IsClass: true, IsAbstract: false }).SelectMany(backend =>
            SuitesFor(backend).Where(suite => !IsBound(suite, backend, types) && !IsExcused(suite, backend))
                .Select(suite => $"{backend.Name} does not bind {suite.Name}: derive a test class from it, " +
                                 $"or say why not with [Unbound(typeof({suite.Name}), \"…\")] on the backend."))
    ];

    private static IEnumerable<Type> SuitesFor(Type backend)
    {
        if (typeof(TransportBackend).IsAssignableFrom(backend)) return Derived(typeof(TransportSuite));
        return typeof(StoreBackend).IsAssignableFrom(backend) ? Derived(typeof(StoreSuite)) : [];
    }

    private static IEnumerable<Type> Derived(Type root) =>
        typeof(Suites).Assembly.GetTypes().Where(type => type.IsAbstract && type.IsSubclassOf(root));

    private static bool IsBound(Type suite, Type backend, IEnumerable<Type> types) => types.Any(type =>
        !type.IsAbstract && type.IsSubclassOf(suite) &&
        type.GetConstructors().Any(
            constructor => constructor.GetParameters().Any(parameter => parameter.ParameterType == backend)));

    private static bool IsExcused(Type suite, Type backend) => backend.GetCustomAttributes<UnboundAttribute>()
        .Any(excuse => excuse.Suite == suite && !string.IsNullOrWhiteSpace(excuse.Reason));
}
