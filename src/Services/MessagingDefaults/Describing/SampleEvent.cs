using System.Collections;

namespace Tessera.MessagingDefaults;

/// <summary>Makes an event of any record. No two members have the same text.</summary>
internal sealed class SampleEvent
{
    private int _last = 1000;

    public object Of(Type type)
    {
        var number = ++_last;
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string)) return $"text-{number}";
        if (type == typeof(Guid)) return new Guid(number, 0, 0, new byte[8]);
        if (type == typeof(DateTimeOffset)) return DateTimeOffset.UnixEpoch.AddDays(number);
        if (type == typeof(bool)) return true;
        if (type.IsEnum) return Enum.GetValues(type).GetValue(0)!;
        if (type.IsPrimitive || type == typeof(decimal))
            return Convert.ChangeType(number, type, System.Globalization.CultureInfo.InvariantCulture);
        if (type.IsAssignableTo(typeof(IEnumerable)))
        {
            var element = type.GetElementType() ?? type.GetGenericArguments()[^1];
            var list = Array.CreateInstance(element, 1);
            list.SetValue(Of(element), 0);
            return list;
        }
        var make = type.GetConstructors().MaxBy(each => each.GetParameters().Length)
            ?? throw new InvalidOperationException($"{type} has no public constructor: no event can be made of it.");
        return make.Invoke([.. make.GetParameters().Select(parameter => Of(parameter.ParameterType))]);
    }
}
